//! `articled import`: documents into a server, or into a store that no server holds.

mod destination;
mod summary;

use anyhow::{Context, bail};
use articled::config::Config;
use articled::rpc::proto::{Article, IngestArticleResponse};
use clap::Args;
use futures::StreamExt;
use indicatif::ProgressBar;

pub use self::destination::Destination;
use self::destination::Failure;
use self::summary::Summary;
use super::client::ServerArguments;
use super::input::InputArguments;
use super::output::{Out, OutputArguments};
use super::{interrupt, store};

/// How many documents are under way at once: a server writes those that wait as one group.
const IN_FLIGHT: usize = 16;

/// How often the terminal shows how far it is, in milliseconds.
const PROGRESS_EVERY_MS: u64 = 100;

/// Parses and stores documents: in a server, or with --database in a store that no server holds.
#[derive(Args, Debug)]
pub struct Import {
    #[command(flatten)]
    input: InputArguments,
    /// Opens this store itself, instead of asking a server.
    #[arg(long, value_name = "sqlite:PATH")]
    database: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let mut out = Out::new();
        let is_json = self.output.is_json();
        let mut print = |response: &IngestArticleResponse| if is_json { out.json(&brief(response)) } else { Ok(()) };
        let summary = match &self.database {
            None => {
                let destination = Destination::Server(self.server.connect().await?);
                import(self.input, &destination, interrupted, &mut print).await
            }
            Some(database) => {
                let opened = store::open(database, store::to_write()).await?;
                let destination = Destination::store(store::rpc(opened.clone(), &Config::default()));
                let summary = import(self.input, &destination, interrupted, &mut print).await;
                opened.close().await;
                summary
            }
        }?;
        if is_json {
            eprintln!("{summary}")
        } else {
            out.text(&summary.to_string())?
        }
        out.flush()?;
        summary.verdict()
    }
}

/// What became of one document, without its text.
fn brief(response: &IngestArticleResponse) -> IngestArticleResponse {
    let article = response.article.as_ref().map(|article| Article {
        name: article.name.clone(),
        headline: article.headline.clone(),
        revision: article.revision,
        duplicate_of: article.duplicate_of.clone(),
        ..Article::default()
    });
    IngestArticleResponse { article, outcome: response.outcome }
}

/// Stores every document of the input until it ends, or `interrupted` is ready: then those under way are finished.
pub async fn import(
    input: InputArguments,
    destination: &Destination,
    interrupted: impl Future<Output = ()>,
    print: &mut impl FnMut(&IngestArticleResponse) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    // Shows itself on a terminal only.
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(std::time::Duration::from_millis(PROGRESS_EVERY_MS));
    let mut summary = Summary::default();
    let mut was_interrupted = false;
    {
        let interrupted = async {
            interrupted.await;
            was_interrupted = true;
        };
        let taken = input.documents().take_until(Box::pin(interrupted));
        let stored = taken.map(|item| async move { (item.origin, destination.ingest(item.document).await) });
        let mut stored = std::pin::pin!(stored.buffer_unordered(IN_FLIGHT));
        while let Some((origin, result)) = stored.next().await {
            match result {
                Ok(response) => {
                    summary.stored(response.outcome());
                    print(&response)?;
                }
                Err(Failure::Document { reason, message }) => {
                    progress.suspend(|| eprintln!("articled: {origin}: {message}"));
                    summary.failed(reason);
                }
                Err(Failure::Destination(message)) => {
                    progress.finish_and_clear();
                    bail!("{message}\n{summary} before that; to go on, import again: what is stored stays as it is");
                }
            }
            progress.set_message(summary.to_string());
        }
    }
    progress.finish_and_clear();
    summary.was_interrupted = was_interrupted;
    Ok(summary)
}
