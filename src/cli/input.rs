//! The documents that a command reads: which paths, and what the caller says of documents that don't say it themselves.

mod files;

use std::path::PathBuf;

use articled::article::{PageUrl, RawDocument};
use clap::Args;
use futures::Stream;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// How many documents are read ahead of those that are worked on: enough to keep all cores busy, and of 8 MiB each at
/// most, so few.
const READ_AHEAD: usize = 8;

#[derive(Args, Clone, Debug)]
pub struct InputArguments {
    /// Files and folders to read.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    hints: Hints,
}

/// What the caller says of documents that have none of their own.
#[derive(Args, Clone, Debug, Default)]
struct Hints {
    /// The media type, with an optional charset, such as 'text/html; charset=gbk'.
    #[arg(long, value_name = "TYPE", default_value = "")]
    content_type: String,
    /// The address that the document was fetched from.
    #[arg(long, value_name = "URL", value_parser = PageUrl::parse)]
    url: Option<PageUrl>,
    /// When the document was fetched, such as 2024-05-06T08:00:00Z.
    #[arg(long, value_name = "TIME")]
    fetch_time: Option<Timestamp>,
}

/// A document, or why there is none.
pub struct Item {
    /// Where it was read: a path, and a line in it.
    pub origin: String,
    pub document: Result<Document, String>,
}

pub struct Document {
    pub raw: RawDocument,
    /// The id to store it under; empty if it is to be derived.
    pub id: String,
}

impl InputArguments {
    pub fn of_paths(paths: Vec<PathBuf>) -> Self {
        Self { paths, hints: Hints::default() }
    }

    /// Reads on a thread of its own, no faster than the documents are taken.
    pub fn documents(self) -> impl Stream<Item = Item> + Unpin {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        tokio::task::spawn_blocking(move || {
            for mut item in files::items(&self.paths) {
                if let Ok(document) = &mut item.document {
                    self.hints.apply(&mut document.raw);
                }
                if sender.blocking_send(item).is_err() {
                    // Nobody wants more.
                    break;
                }
            }
        });
        ReceiverStream::new(receiver)
    }
}

impl Hints {
    fn apply(&self, raw: &mut RawDocument) {
        if raw.content_type.is_empty() {
            raw.content_type.clone_from(&self.content_type);
        }
        raw.url = raw.url.take().or_else(|| self.url.clone());
        raw.fetch_time = raw.fetch_time.or(self.fetch_time);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures::StreamExt;

    use super::*;

    #[tokio::test]
    async fn reads_the_samples() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let items: Vec<Item> = InputArguments::of_paths(vec![samples]).documents().collect().await;
        for item in &items {
            let document = item.document.as_ref().unwrap_or_else(|reason| panic!("{}: {reason}", item.origin));
            assert!(!document.raw.content.is_empty(), "{}", item.origin);
        }
        // 13 pages and the 4 of the crawl.
        assert_eq!(items.len(), 17);
    }

    #[test]
    fn hints_hold_where_a_document_says_nothing() {
        let hints = Hints {
            content_type: "text/html".to_owned(),
            url: PageUrl::parse("https://hint.example/").ok(),
            fetch_time: Some(Timestamp::UNIX_EPOCH),
        };
        let mut silent = RawDocument::default();
        hints.apply(&mut silent);
        assert_eq!(silent.content_type, "text/html");
        assert_eq!((silent.url, silent.fetch_time), (hints.url.clone(), hints.fetch_time));
        let own = RawDocument {
            content_type: "text/plain".to_owned(),
            url: PageUrl::parse("https://own.example/").ok(),
            fetch_time: Some(Timestamp::MAX),
            ..RawDocument::default()
        };
        let mut talkative = own.clone();
        hints.apply(&mut talkative);
        assert_eq!(talkative, own);
    }
}
