//! grpc.health.v1: whether the server and each of its services is serving.
//!
//! Replaces tonic-health's service, because its Watch responds with NOT_FOUND where the protocol requires SERVICE_UNKNOWN
//! (github.com/grpc/grpc-proto, health.proto), and because its streams never end, which would delay every shutdown.

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

/// How often the store is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// A store that takes longer to respond counts as unavailable.
const PING_DEADLINE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServingState {
    Serving,
    NotServing,
    /// Not serving, and health watches end.
    Ended,
}

/// Sets the reported state. Clones share it.
#[derive(Clone)]
pub(crate) struct Reporter {
    state: Arc<watch::Sender<ServingState>>,
}

impl Reporter {
    pub(crate) fn new() -> Self {
        Self { state: Arc::new(watch::Sender::new(ServingState::NotServing)) }
    }

    /// The health service, for these services and, by the empty name, for the whole server.
    pub(crate) fn service(&self, names: Vec<String>) -> HealthService {
        HealthService { names, state: self.state.subscribe() }
    }

    pub(crate) fn is_serving(&self) -> bool {
        *self.state.borrow() == ServingState::Serving
    }

    /// Reports whether the store responds and documents can be parsed, until the future is dropped.
    pub(crate) async fn follow(&self, store: SharedStore, ingest: Ingest) {
        let mut interval = tokio::time::interval(PING_INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let answer = tokio::time::timeout(PING_DEADLINE, store.ping()).await;
            let can_parse = ingest.is_alive();
            let state = if matches!(answer, Ok(Ok(()))) && can_parse {
                ServingState::Serving
            } else {
                ServingState::NotServing
            };
            if self.set(state) && state == ServingState::NotServing {
                tracing::error!(answer = ?answer, can_parse, "the store or the parser is unavailable; health reports NOT_SERVING");
            }
        }
    }

    /// Reports NOT_SERVING from now on, if [`Self::follow`] no longer runs.
    pub(crate) fn set_not_serving(&self) {
        self.set(ServingState::NotServing);
    }

    /// Ends health watches.
    pub(crate) fn end(&self) {
        self.set(ServingState::Ended);
    }

    fn set(&self, state: ServingState) -> bool {
        self.state.send_if_modified(|current| std::mem::replace(current, state) != state)
    }
}

pub(crate) struct HealthService {
    names: Vec<String>,
    state: watch::Receiver<ServingState>,
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
            return Err(Status::not_found("unknown service"));
        }
        Ok(Response::new(response(self.state.borrow().to_wire())))
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let known = self.knows(&request.get_ref().service);
        Ok(Response::new(changes(known, self.state.clone()).map(Ok).boxed()))
    }
}

/// The current state, and then each change, until [`ServingState::Ended`].
fn changes(known: bool, state: watch::Receiver<ServingState>) -> impl Stream<Item = HealthCheckResponse> {
    let mut last = None;
    WatchStream::new(state)
        .take_while(|state| std::future::ready(*state != ServingState::Ended))
        .map(move |state| if known { state.to_wire() } else { ServingStatus::ServiceUnknown })
        .filter_map(move |status| {
            let is_new = last.replace(status) != Some(status);
            std::future::ready(is_new.then(|| response(status)))
        })
}

impl ServingState {
    fn to_wire(self) -> ServingStatus {
        match self {
            ServingState::Serving => ServingStatus::Serving,
            ServingState::NotServing | ServingState::Ended => ServingStatus::NotServing,
        }
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
