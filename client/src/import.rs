//! Imports: items go out as results come in, and items without a result are sent again after a lost connection.

use std::pin::Pin;
use std::time::Duration;

use articled_proto::{ImportArticlesRequest, ImportArticlesResponse, Outcome};
use futures::stream::{self, Fuse, FusedStream, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Status, Streaming};

use crate::client::Client;
use crate::error::{CallError, Error};
use crate::flight::{Flight, Sent};
use crate::reason::Reason;
use crate::retry::RetryPolicy;

/// The default of [`Import::in_flight`]: enough for the server's group commits.
pub const DEFAULT_IN_FLIGHT: u16 = 64;

/// An import, from [`Client::import`].
///
/// Back-pressure: the next item is taken from the caller's stream only while fewer than [`Import::in_flight`] items, and less
/// than 32 MiB of them, wait for their result. So a slow server slows the caller's stream, and memory stays bounded.
///
/// If the connection is lost, items without a result are sent again; one that was stored already is then UNCHANGED.
#[must_use]
pub struct Import<K, S> {
    client: Client,
    items: S,
    in_flight: usize,
    _key: std::marker::PhantomData<K>,
}

/// The result of one item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported<K> {
    /// The caller's key.
    pub key: K,
    /// The server's response.
    pub response: ImportArticlesResponse,
}

impl<K> Imported<K> {
    /// What was done with the item, or why it was not stored.
    pub fn outcome(&self) -> Result<Outcome, Box<CallError>> {
        match &self.response.error {
            None => Ok(self.response.outcome()),
            Some(error) => Err(Box::new(error.into())),
        }
    }
}

impl<K, S: Stream<Item = (K, ImportArticlesRequest)>> Import<K, S> {
    pub(crate) fn new(client: Client, items: S) -> Self {
        Self { client, items, in_flight: DEFAULT_IN_FLIGHT.into(), _key: std::marker::PhantomData }
    }

    /// The maximum number of items without a result; 64 by default, at least 1.
    pub fn in_flight(self, max_items: usize) -> Self {
        Self { in_flight: max_items.max(1), ..self }
    }

    /// Sends the items, and streams their results in order of completion. Ends when every item has its result; an error means
    /// that items without one may or may not be stored. The `sequence` of the requests is set by the client.
    ///
    /// Nothing is sent while the stream is not polled.
    pub fn results(self) -> impl Stream<Item = Result<Imported<K>, Error>> {
        let Self { client, items, in_flight, _key } = self;
        let running = Running {
            client,
            items: Box::pin(items.fuse()),
            flight: Flight::new(in_flight),
            stream: None,
            failures: 0,
        };
        stream::try_unfold(running, |mut running| async {
            Ok(running.next().await?.map(|imported| (imported, running)))
        })
    }
}

struct Running<K, S: Stream> {
    client: Client,
    items: Pin<Box<Fuse<S>>>,
    flight: Flight<K>,
    stream: Option<OpenStream>,
    /// Streams in a row that ended without a result.
    failures: u32,
}

struct OpenStream {
    /// Unbounded, but it never holds more than the items in flight. `None`: the request stream is ended.
    requests: Option<mpsc::UnboundedSender<ImportArticlesRequest>>,
    responses: Streaming<ImportArticlesResponse>,
}

impl OpenStream {
    fn send<K>(&self, sent: &Sent<K>) {
        if let Some(requests) = &self.requests {
            // If the receiver is dropped, the stream has failed; its status follows, and the item is sent again.
            _ = requests.send(sent.request.clone());
        }
    }
}

impl<K, S: Stream<Item = (K, ImportArticlesRequest)>> Running<K, S> {
    /// The next result; `None` after the last.
    async fn next(&mut self) -> Result<Option<Imported<K>>, Error> {
        loop {
            let status = match self.step().await {
                Ok(done) => return Ok(done),
                Err(status) => status,
            };
            self.stream = None;
            self.failures += 1;
            let error = CallError::from(status);
            let policy = RetryPolicy::of_resumed_streams();
            match pause(&error, self.failures).filter(|_| self.failures < self.client.max_attempts(policy)) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(Box::new(error).into()),
            }
        }
    }

    /// Sends and receives until an item has its result. Fails with the status of the stream.
    async fn step(&mut self) -> Result<Option<Imported<K>>, Status> {
        let Self { client, items, flight, stream, failures } = self;
        if stream.is_none() {
            *stream = Some(open(client, flight).await?);
        }
        let Some(stream) = stream else { return Ok(None) };
        loop {
            if items.is_terminated() {
                stream.requests = None;
            }
            tokio::select! {
                response = stream.responses.next() => match response {
                    Some(Ok(response)) => {
                        // Others are unknown, or had a response on an earlier stream.
                        if let Some(Sent { key, .. }) = flight.answered(response.sequence) {
                            *failures = 0;
                            return Ok(Some(Imported { key, response }));
                        }
                    }
                    Some(Err(status)) => return Err(status),
                    None if flight.is_empty() && items.is_terminated() => return Ok(None),
                    None => return Err(Status::unavailable("the stream ended early")),
                },
                item = items.next(), if flight.has_room() && !items.is_terminated() => {
                    // At the end of the items the next iteration ends the request stream.
                    if let Some((key, request)) = item {
                        stream.send(flight.add(key, request));
                    }
                }
            }
        }
    }
}

/// Opens a stream, and sends the items without a result again.
async fn open<K>(client: &Client, flight: &Flight<K>) -> Result<OpenStream, Status> {
    let (sender, receiver) = mpsc::unbounded_channel();
    for sent in flight.sent() {
        // The receiver is still there.
        _ = sender.send(sent.request.clone());
    }
    let responses = client.open_import(UnboundedReceiverStream::new(receiver)).await?;
    Ok(OpenStream { requests: Some(sender), responses })
}

/// The delay before the next stream; `None` if retrying cannot help.
fn pause(error: &CallError, failures: u32) -> Option<Duration> {
    match &error.reason {
        // The items came too slowly for a stream to stay open.
        Reason::ImportIdle => Some(Duration::ZERO),
        _ => RetryPolicy::of_resumed_streams().resume_delay(error, failures),
    }
}
