//! grpc.health.v1: whether the server, and each of its services, is fit to be asked.
//!
//! Our own rather than tonic-health's, because its Watch answers NOT_FOUND where the protocol wants SERVICE_UNKNOWN
//! (github.com/grpc/grpc-proto, health.proto), and because its streams never end, which would hold up each shutdown.

use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use futures::stream::{BoxStream, StreamExt};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::ingest::Ingest;
use crate::store::SharedStore;

/// How often the store is asked.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// A store that takes longer than this to answer is as good as none.
const PING_DEADLINE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Serving,
    NotServing,
    /// Not serving, and all who watch are sent away.
    Ended,
}

/// Sets what health says; all clones set the same.
#[derive(Clone)]
pub(crate) struct Reporter {
    state: Arc<watch::Sender<State>>,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self { state: Arc::new(watch::Sender::new(State::NotServing)) }
    }

    /// The service that says it, of these services and, by the empty name, of the whole.
    pub(crate) fn service(&self, names: Vec<String>) -> HealthService {
        HealthService { names, state: self.state.subscribe() }
    }

    pub(crate) fn is_serving(&self) -> bool {
        *self.state.borrow() == State::Serving
    }

    /// Says whether the store answers and documents can be parsed, until the future is dropped.
    pub(crate) async fn follow(&self, store: SharedStore, ingest: Ingest) {
        let mut interval = tokio::time::interval(PING_INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let answer = tokio::time::timeout(PING_DEADLINE, store.ping()).await;
            let can_parse = ingest.is_alive();
            let state = if matches!(answer, Ok(Ok(()))) && can_parse { State::Serving } else { State::NotServing };
            if self.set(state) && state == State::NotServing {
                tracing::error!(answer = ?answer, can_parse, "unfit to serve; health says NOT_SERVING");
            }
        }
    }

    /// From here on the answer is no, for good if [`Self::follow`] was stopped.
    pub(crate) fn set_not_serving(&self) {
        self.set(State::NotServing);
    }

    /// Ends the streams of those who watch.
    pub(crate) fn end(&self) {
        self.set(State::Ended);
    }

    fn set(&self, state: State) -> bool {
        self.state.send_if_modified(|current| std::mem::replace(current, state) != state)
    }
}

pub(crate) struct HealthService {
    names: Vec<String>,
    state: watch::Receiver<State>,
}

impl HealthService {
    fn knows(&self, service: &str) -> bool {
        service.is_empty() || self.names.iter().any(|name| name == service)
    }
}

#[tonic::async_trait]
impl Health for HealthService {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        if !self.knows(&request.get_ref().service) {
            return Err(Status::not_found("there is no such service"));
        }
        Ok(Response::new(response(self.state.borrow().to_wire())))
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let known = self.knows(&request.get_ref().service);
        Ok(Response::new(changes(known, self.state.clone()).map(Ok).boxed()))
    }
}

/// The state now, and each time that it has become another, to the end.
fn changes(known: bool, state: watch::Receiver<State>) -> impl Stream<Item = HealthCheckResponse> {
    let mut last = None;
    WatchStream::new(state)
        .take_while(|state| std::future::ready(*state != State::Ended))
        .map(move |state| if known { state.to_wire() } else { ServingStatus::ServiceUnknown })
        .filter_map(move |status| {
            let is_new = last.replace(status) != Some(status);
            std::future::ready(is_new.then(|| response(status)))
        })
}

impl State {
    fn to_wire(self) -> ServingStatus {
        match self {
            State::Serving => ServingStatus::Serving,
            State::NotServing | State::Ended => ServingStatus::NotServing,
        }
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
