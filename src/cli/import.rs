//! `articled import`: stores documents and exported articles, on a server or in a store that no server has open.

mod item;
pub(super) mod progress;
mod summary;

use std::cell::{Cell, RefCell};
use std::pin::pin;

use anyhow::{Context, anyhow, ensure};
use articled::container::{Item, Meter};
use articled::rpc::proto::{ImportArticlesRequest, ImportArticlesResponse};
use articled_client::{CallError, Client, DEFAULT_IN_FLIGHT, Error, Imported};
use clap::Args;
use futures::{Stream, StreamExt, TryStreamExt};

use self::item::{UNREADABLE, is_about_one, is_exported, request};
use self::progress::Progress;
use self::summary::Summary;
use super::client::describe;
use super::input::InputArguments;
use super::interrupt;
use super::output::{Out, OutputArguments};
use super::service::ServiceArguments;
use super::store;

/// Parses and stores documents, and stores exported articles: on a server, or with --database in a store that no server has
/// open.
///
/// An import can be interrupted and repeated: items that are already stored are unchanged. Exported articles keep everything
/// except create_time, update_time, revision and etag, which belong to one store.
#[derive(Args, Debug)]
pub(super) struct Import {
    #[command(flatten)]
    input: InputArguments,
    /// The maximum number of items in progress.
    #[arg(long, value_name = "COUNT", default_value_t = DEFAULT_IN_FLIGHT, value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: u16,
    /// Stores a document even if a later capture of the same page is already stored.
    #[arg(long)]
    allow_older: bool,
    #[command(flatten)]
    service: ServiceArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Import {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let mut out = Out::new();
        let is_json = self.output.is_json();
        let mut print = |response: &ImportArticlesResponse| if is_json { out.json(response) } else { Ok(()) };
        let service = self.service.open(store::to_write()).await?;
        let imported =
            import(self.input, &service.client, self.workers, self.allow_older, interrupted, &mut print).await;
        service.close().await;
        let summary = imported?;
        if is_json {
            eprintln!("{summary}")
        } else {
            out.text(&summary.to_string())?
        }
        out.flush()?;
        if let Some(note) = summary.note() {
            eprintln!("{note}");
        }
        summary.verdict()
    }
}

/// Stores the items of the input until it ends or `interrupted` is ready, then waits for the items in progress.
pub(super) async fn import(
    input: InputArguments,
    client: &Client,
    workers: u16,
    allow_older: bool,
    interrupted: impl Future<Output = ()>,
    print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let meter = Meter::default();
    let progress = Progress::of_bytes(input.total_bytes().await, meter.clone());
    let items = input.items(meter).map(|Item { origin, document }| (origin, request(document, allow_older)));
    store_items(items, client, workers, progress, interrupted, print).await
}

/// Stores items, each with the place it is from or the reason why it cannot be read.
pub(super) async fn store_items(
    items: impl Stream<Item = (String, Result<ImportArticlesRequest, String>)>,
    client: &Client,
    workers: u16,
    progress: Progress,
    interrupted: impl Future<Output = ()>,
    print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let was_interrupted = Cell::new(false);
    let interrupted = async {
        interrupted.await;
        was_interrupted.set(true);
    };
    // Both the items that are read and their results are counted.
    let tally = RefCell::new(Tally { progress: &progress, summary: Summary::default() });
    let readable = items.take_until(Box::pin(interrupted)).filter_map(async |(origin, request)| match request {
        Ok(request) => Some(((origin, is_exported(&request)), request)),
        Err(message) => {
            tally.borrow_mut().failed(&origin, UNREADABLE.to_owned(), &message);
            None
        }
    });
    let mut results = pin!(client.import(readable).in_flight(workers.into()).results());
    let stored = async {
        while let Some(Imported { key: (origin, was_exported), mut response, .. }) = results.try_next().await? {
            tally.borrow_mut().settle(&origin, was_exported, &mut response)?;
            print(&response)?;
        }
        anyhow::Ok(())
    };
    let stored = stored.await;
    progress.finish();
    let mut summary = std::mem::take(&mut tally.borrow_mut().summary);
    stored.map_err(|error| {
        let why = describe_end(&error);
        anyhow!("{why}\n{summary} before the failure; to continue, repeat the command: stored items are skipped")
    })?;
    summary.was_interrupted = was_interrupted.get();
    Ok(summary)
}

/// What has become of the items so far.
struct Tally<'a> {
    progress: &'a Progress,
    summary: Summary,
}

impl Tally<'_> {
    /// Counts a result. Fails if no further item can be stored.
    fn settle(
        &mut self,
        origin: &str,
        was_exported: bool,
        response: &mut ImportArticlesResponse,
    ) -> anyhow::Result<()> {
        match response.error.as_mut() {
            None => self.summary.stored(response.outcome(), was_exported),
            Some(error) => {
                let failure = CallError::from(&*error);
                // Printing the details as JSON would need their descriptors.
                error.details.clear();
                ensure!(is_about_one(failure.code), "{}", describe(&failure));
                let reason = Some(failure.reason.as_str()).filter(|reason| !reason.is_empty());
                self.failed(origin, reason.unwrap_or(failure.code_name()).to_owned(), &describe(&failure));
            }
        }
        self.progress.show(&self.summary);
        Ok(())
    }

    fn failed(&mut self, origin: &str, reason: String, message: &str) {
        self.progress.say(&format!("articled: {origin}: {message}"));
        self.summary.failed(reason);
    }
}

/// The error that ended an import, in one line.
fn describe_end(error: &anyhow::Error) -> String {
    match error.downcast_ref() {
        Some(Error::Call(error)) => describe(error),
        _ => error.to_string(),
    }
}
