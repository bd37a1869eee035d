//! The input of a command: paths, and defaults for metadata that the documents do not have.

use std::path::PathBuf;

use articled::article::{PageUrl, Timestamp};
use articled::container::{self, Format, Item, Meter, Options};
use clap::{Args, ValueEnum};
use futures::Stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tracing::{info, warn};

/// How many documents are read ahead: enough to keep all cores busy, but few, because each can have 8 MiB.
const READ_AHEAD: usize = 8;

#[derive(Args, Clone, Debug, Default)]
pub(super) struct InputArguments {
    /// Files and folders to read, or - for standard input. Files may be compressed with gzip or zstd.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The format of the files. Default: detected by content and name.
    #[arg(long, value_enum)]
    format: Option<InputFormat>,
    /// The media type of text and HTML files, with an optional charset, such as 'text/html; charset=gbk'.
    #[arg(long, value_name = "TYPE", default_value = "")]
    content_type: String,
    /// The URL of documents that have none.
    #[arg(long, value_name = "URL", value_parser = PageUrl::parse)]
    url: Option<PageUrl>,
    /// The fetch time of documents that have none, such as 2024-05-06T08:00:00Z.
    #[arg(long, value_name = "TIME")]
    fetch_time: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum InputFormat {
    /// One plain-text document.
    Text,
    /// One HTML page.
    Html,
    /// One document or exported article per line.
    Jsonl,
    /// WARC, WET or ARC.
    Warc,
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Text => Format::Text,
            InputFormat::Html => Format::Html,
            InputFormat::Jsonl => Format::Jsonl,
            InputFormat::Warc => Format::Warc,
        }
    }
}

impl InputArguments {
    pub(super) fn of_paths(paths: Vec<PathBuf>) -> Self {
        Self { paths, ..Self::default() }
    }

    /// The total size of the files before decompression; `None` if it is not known in advance.
    pub(super) async fn total_bytes(&self) -> Option<u64> {
        let paths = self.paths.clone();
        tokio::task::spawn_blocking(move || container::total_bytes(paths)).await.ok().flatten()
    }

    /// Reads the items on a thread of its own, with back-pressure. The meter counts the bytes of the files.
    pub(super) fn items(self, meter: Meter) -> impl Stream<Item = Item> + Unpin {
        let Self { paths, format, content_type, url, fetch_time } = self;
        let options = Options { format: format.map(Format::from), content_type, url, fetch_time, meter };
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        tokio::task::spawn_blocking(move || {
            let mut items = container::read(paths, options);
            for item in items.by_ref() {
                for warning in item.document.iter().flat_map(|document| &document.warnings) {
                    warn!("{}: {warning}", item.origin);
                }
                if sender.blocking_send(item).is_err() {
                    // The receiver is dropped: the command has ended.
                    return;
                }
            }
            for (kind, count) in items.skipped().iter() {
                info!(kind, count, "skipped");
            }
        });
        ReceiverStream::new(receiver)
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
        let items: Vec<Item> = InputArguments::of_paths(vec![samples]).items(Meter::default()).collect().await;
        for item in &items {
            let document = item.document.as_ref().unwrap_or_else(|error| panic!("{}: {error}", item.origin));
            assert!(document.warnings.is_empty(), "{}: {:?}", item.origin, document.warnings);
        }
        // 13 pages and the 4 of the crawl.
        assert_eq!(items.len(), 17);
    }
}
