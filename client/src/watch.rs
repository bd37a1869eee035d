//! Watches: resumed after a lost connection, with the list before them if the caller wants it.

use std::sync::Arc;
use std::time::Duration;

use articled_proto::watch_articles_response::Event;
use articled_proto::{
    Article, FilterArticlesRequest, FilterArticlesResponse, ListArticlesRequest, WatchArticlesRequest,
    WatchArticlesResponse,
};
use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use tonic::{Status, Streaming};

use crate::client::Client;
use crate::error::{CallError, Error};
use crate::reason::Reason;
use crate::retry::RetryPolicy;

type OnRetry = Arc<dyn Fn(&CallError) + Send + Sync>;

/// A watch, from [`Client::watch`].
///
/// After a lost connection it is resumed after the last event, as often as needed, with the delays of the contract's retry
/// policy. So it ends only with an error that resuming cannot clear.
#[derive(Clone)]
#[must_use]
pub struct Watch {
    client: Client,
    request: WatchArticlesRequest,
    on_retry: OnRetry,
}

/// A step of [`Watch::list_and_watch`], which keeps a copy of the matching articles.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A list begins: first, and again when the server no longer knows what changed since the last event. An article that is
    /// not upserted until [`Change::InitDone`] no longer exists or matches.
    Init,
    /// The list is complete. From here on `resume_token` of [`Replicated`] is set.
    InitDone,
    /// An article that is new or changed, or may be: its latest state.
    Upserted(Box<Article>),
    /// The name of an article that was deleted or does not match any more. The copy may not have had it.
    Deleted(String),
    /// No change; only a newer token.
    Checkpoint,
}

/// A change, and the position after it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Replicated {
    /// What changed.
    pub change: Change,
    /// The token with which a later [`Watch::list_and_watch`] goes on after this change. Empty while a list is incomplete,
    /// because the list then has to be read again.
    pub resume_token: String,
}

impl Watch {
    pub(crate) fn new(client: Client, request: WatchArticlesRequest) -> Self {
        Self { client, request, on_retry: Arc::new(|_| {}) }
    }

    /// Calls this before each retry, for a log.
    pub fn on_retry(self, report: impl Fn(&CallError) + Send + Sync + 'static) -> Self {
        Self { on_retry: Arc::new(report), ..self }
    }

    /// Streams the events after the `resume_token` of the request; without one, the events from now on.
    ///
    /// Without a token the first stream must succeed, because a second one would start later and miss events. Ends with an
    /// error of the reason [`Reason::ResumeTokenExpired`] if the server no longer knows what changed since the token.
    pub fn events(self) -> impl Stream<Item = Result<WatchArticlesResponse, Error>> + Send {
        let watching = Watching { watch: self, stream: None, was_opened: false, has_progressed: false, failures: 0 };
        stream::try_unfold(watching, |mut watching| async {
            let response = watching.next().await?;
            Ok(Some((response, watching)))
        })
    }

    /// Streams the matching articles, then their changes, without a gap in between. With a `resume_token` in the request, it
    /// goes on there. If the server no longer knows what changed since the last event, the list begins again, with
    /// [`Change::Init`].
    pub fn list_and_watch(self) -> impl Stream<Item = Result<Replicated, Error>> + Send {
        let first = if self.request.resume_token.is_empty() { listed(&self) } else { followed(&self) };
        stream::try_unfold((self, first), |(mut watch, mut phase)| async move {
            loop {
                match phase.try_next().await {
                    Ok(Some(replicated)) => {
                        replicated.resume_token.clone_into(&mut watch.request.resume_token);
                        return Ok(Some((replicated, (watch, phase))));
                    }
                    // The list is complete.
                    Ok(None) => phase = followed(&watch),
                    Err(error) if error.reason() == Some(&Reason::ResumeTokenExpired) => phase = listed(&watch),
                    Err(error) => return Err(error),
                }
            }
        })
    }
}

/// The matching articles, between [`Change::Init`] and [`Change::InitDone`].
fn listed(watch: &Watch) -> BoxStream<'static, Result<Replicated, Error>> {
    let WatchArticlesRequest { keywords, filter, view, resume_token: _ } = watch.request.clone();
    let pages = match keywords {
        None => {
            let request = ListArticlesRequest { filter, view, ..Default::default() };
            watch.client.list(request).pages().map_ok(|page| (page.articles, page.resume_token)).boxed()
        }
        Some(_) => {
            let request = FilterArticlesRequest { keywords, filter, view, ..Default::default() };
            let articles = |page: FilterArticlesResponse| {
                (page.matches.into_iter().filter_map(|found| found.article).collect(), page.resume_token)
            };
            watch.client.filter(request).pages().map_ok(articles).boxed()
        }
    };
    let changes = stream::try_unfold(Some((pages, String::new())), |reading| async {
        let Some((mut pages, token)) = reading else { return Ok(None) };
        let (changes, next): (Vec<_>, _) = match pages.try_next().await? {
            Some((articles, token)) => {
                let upserted = articles.into_iter().map(|article| Change::Upserted(Box::new(article)));
                (upserted.map(|change| replicated(change, "")).collect(), Some((pages, token)))
            }
            None => (vec![replicated(Change::InitDone, &token)], None),
        };
        Ok::<_, Error>(Some((stream::iter(changes.into_iter().map(Ok)), next)))
    });
    stream::iter([Ok(replicated(Change::Init, ""))]).chain(changes.try_flatten()).boxed()
}

/// The changes after the token of the watch.
fn followed(watch: &Watch) -> BoxStream<'static, Result<Replicated, Error>> {
    let change = |WatchArticlesResponse { event, resume_token }| {
        let change = match event {
            Some(Event::Upserted(article)) => Change::Upserted(Box::new(article)),
            Some(Event::Deleted(name)) => Change::Deleted(name),
            // An event of a kind added later is ignored, but its token is kept.
            Some(Event::Checkpoint(_)) | None => Change::Checkpoint,
        };
        Replicated { change, resume_token }
    };
    watch.clone().events().map_ok(change).boxed()
}

fn replicated(change: Change, resume_token: &str) -> Replicated {
    Replicated { change, resume_token: resume_token.to_owned() }
}

/// A watch in progress.
struct Watching {
    /// Its request has the token of the last event.
    watch: Watch,
    stream: Option<Streaming<WatchArticlesResponse>>,
    /// Whether any stream has been opened.
    was_opened: bool,
    /// Whether there has been an event.
    has_progressed: bool,
    /// Attempts in a row without an event.
    failures: u32,
}

impl Watching {
    /// The next event.
    async fn next(&mut self) -> Result<WatchArticlesResponse, Error> {
        loop {
            let status = match self.step().await {
                Ok(response) => {
                    (self.failures, self.has_progressed) = (0, true);
                    response.resume_token.clone_into(&mut self.watch.request.resume_token);
                    return Ok(response);
                }
                Err(status) => status,
            };
            self.stream = None;
            self.failures += 1;
            let error = CallError::from(status);
            match self.pause(&error) {
                Some(pause) => {
                    (self.watch.on_retry)(&error);
                    tokio::time::sleep(pause).await;
                }
                None => return Err(Box::new(error).into()),
            }
        }
    }

    /// Opens a stream if there is none, and reads one event. Fails with the status of the stream.
    async fn step(&mut self) -> Result<WatchArticlesResponse, Status> {
        if self.stream.is_none() {
            self.stream = Some(self.watch.client.open_watch(self.watch.request.clone()).await?);
            self.was_opened = true;
        }
        let Some(stream) = &mut self.stream else { return Err(Status::internal("no stream is open")) };
        stream.message().await?.ok_or_else(|| Status::unavailable("the server ended the watch without a reason"))
    }

    /// The delay before the next attempt; `None` if the error is final.
    fn pause(&self, error: &CallError) -> Option<Duration> {
        // A second stream without a token would start later than the first, and miss events.
        let would_miss_events = self.was_opened && self.watch.request.resume_token.is_empty();
        let policy = RetryPolicy::of_resumed_streams();
        let is_given_up = !self.has_progressed && self.failures >= self.watch.client.max_attempts(policy);
        if would_miss_events || is_given_up {
            return None;
        }
        policy.resume_delay(error, self.failures)
    }
}
