//! `articled import`: stores documents and exported articles, on a server or in a store that no server has open.

mod flight;
mod item;
mod progress;
mod summary;

use std::time::Duration;

use anyhow::{Context, bail};
use articled::container::{Item, Meter};
use articled::rpc::proto::{ImportArticlesResponse, import_articles_request};
use clap::Args;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use self::flight::{Flight, Sent};
use self::item::{Failure, failure, request};
use self::progress::Progress;
use self::summary::Summary;
use super::client::describe;
use super::input::InputArguments;
use super::interrupt;
use super::output::{Out, OutputArguments};
use super::service::{Imported, MAX_ATTEMPTS, Service, ServiceArguments, later};
use super::store;

/// The default number of items in progress: enough for the server's group commits.
pub(super) const WORKERS: u16 = 64;

/// The delay before reconnecting after a lost connection.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

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
    #[arg(long, value_name = "COUNT", default_value_t = WORKERS, value_parser = clap::value_parser!(u16).range(1..=1024))]
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
        let imported = import(self.input, &service, self.workers, self.allow_older, interrupted, &mut print).await;
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
    service: &Service,
    workers: u16,
    allow_older: bool,
    interrupted: impl Future<Output = ()>,
    print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
) -> anyhow::Result<Summary> {
    let meter = Meter::default();
    let progress = Progress::new(input.total_bytes().await, meter.clone());
    let mut was_interrupted = false;
    let imported = {
        let interrupted = async {
            interrupted.await;
            was_interrupted = true;
        };
        let items = Box::pin(input.items(meter).take_until(Box::pin(interrupted)));
        let mut importing =
            Importing { progress: &progress, summary: Summary::default(), flight: Flight::new(workers), allow_older };
        importing.run(service, items, print).await.map(|()| importing.summary)
    };
    progress.finish();
    let mut summary = imported?;
    summary.was_interrupted = was_interrupted;
    Ok(summary)
}

struct Importing<'a> {
    progress: &'a Progress,
    summary: Summary,
    flight: Flight,
    allow_older: bool,
}

impl Importing<'_> {
    /// Opens a stream, and opens another if it fails: items without a response are sent again.
    async fn run(
        &mut self,
        service: &Service,
        items: impl Stream<Item = Item> + Unpin,
        print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut items = items.fuse();
        let mut attempts = 0;
        loop {
            let answered = self.summary.total();
            let Some(status) = self.stream(service, &mut items, print).await? else { return Ok(()) };
            attempts = if self.summary.total() > answered { 0 } else { attempts + 1 };
            match pause(&status) {
                Some(pause) if attempts < MAX_ATTEMPTS => tokio::time::sleep(pause).await,
                _ => return self.give_up(&describe(&status)),
            }
        }
    }

    fn give_up(&self, why: &str) -> anyhow::Result<()> {
        self.progress.finish();
        bail!("{why}\n{} before the failure; to continue, run the import again: stored items are skipped", self.summary)
    }

    /// Runs one stream to its end, and returns the status if it failed.
    async fn stream(
        &mut self,
        service: &Service,
        items: &mut (impl futures::stream::FusedStream<Item = Item> + Unpin),
        print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
    ) -> anyhow::Result<Option<Status>> {
        // Unbounded, but it never has more requests than are in flight.
        let (sender, requests) = mpsc::unbounded_channel();
        let mut sender = Some(sender);
        for sent in self.flight.sent() {
            send(sender.as_ref(), sent);
        }
        let mut answers: Imported = match service.import(UnboundedReceiverStream::new(requests)).await {
            Ok(answers) => answers,
            Err(status) => return Ok(Some(status)),
        };
        loop {
            if items.is_terminated() {
                // Ends the request stream.
                sender = None;
            }
            tokio::select! {
                answer = answers.next() => match answer {
                    Some(Ok(response)) => self.settle(response, print)?,
                    Some(Err(status)) => return Ok(Some(status)),
                    None if self.flight.is_empty() && items.is_terminated() => return Ok(None),
                    None => return Ok(Some(Status::unavailable("the stream ended early"))),
                },
                item = items.next(), if self.flight.has_room() && !items.is_terminated() => {
                    // At the end of the input the next iteration ends the request stream.
                    let Some(Item { origin, document }) = item else { continue };
                    match request(document, self.allow_older) {
                        Ok(request) => send(sender.as_ref(), self.flight.add(origin, request)),
                        Err(failure) => self.failed(&origin, failure)?,
                    }
                }
            }
        }
    }

    fn settle(
        &mut self,
        mut response: ImportArticlesResponse,
        print: &mut impl FnMut(&ImportArticlesResponse) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        // An unknown item, or one that already had a response on an earlier stream.
        let Some(Sent { origin, request, .. }) = self.flight.answered(response.sequence) else { return Ok(()) };
        match response.error.as_mut() {
            None => {
                let was_exported = matches!(request.item, Some(import_articles_request::Item::Article(_)));
                self.summary.stored(response.outcome(), was_exported);
            }
            Some(error) => {
                let failure = failure(error);
                // Printing the details as JSON would need their descriptors.
                error.details.clear();
                self.failed(&origin, failure)?;
            }
        }
        self.progress.show(&self.summary);
        print(&response)
    }

    fn failed(&mut self, origin: &str, failure: Failure) -> anyhow::Result<()> {
        match failure {
            Failure::Item { reason, message } => {
                self.progress.say(&format!("articled: {origin}: {message}"));
                self.summary.failed(reason);
                Ok(())
            }
            Failure::Destination(message) => self.give_up(&message),
        }
    }
}

fn send(sender: Option<&mpsc::UnboundedSender<articled::rpc::proto::ImportArticlesRequest>>, sent: &Sent) {
    if let Some(sender) = sender {
        // If the receiver is dropped, the stream has failed; its status follows, and the item is sent again.
        _ = sender.send(sent.request.clone());
    }
}

/// The delay before the next stream; `None` if retrying cannot help.
fn pause(status: &Status) -> Option<Duration> {
    if status.code() == Code::Unimplemented {
        return None;
    }
    match status.get_details_error_info() {
        // Not an error of the service: the connection was lost.
        None => Some(RECONNECT_PAUSE),
        Some(info) if info.reason == "IMPORT_IDLE" => Some(Duration::ZERO),
        Some(_) => later(status),
    }
}
