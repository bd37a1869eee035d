//! What every call passes through, whichever service it is for.
//!
//! Outermost first: the call is counted and traced; sent away if its headers are too large, its deadline cannot be read,
//! or too many calls are open; then it has until its deadline; a panic becomes INTERNAL; and what tonic itself refuses
//! is made precise.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use http::{HeaderMap, Request, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use super::call::Call;
use super::deadline::{Allowance, allowance};
use super::metrics::Metrics;
use super::request_bytes::{CountedBody, Held};
use super::response_body::{ResponseBody, deadline_exceeded};
use super::tonic_status_mapping;
use crate::config::Limits;
use crate::rpc::status::{internal, overload_status};

/// Calls to health are never shed: a server that is busy is not ill.
const HEALTH_PREFIX: &str = "/grpc.health.v1.Health/";

/// An import goes on for as long as it likes, so its bytes are not added up. What it holds has bounds of its own.
const IMPORT_PATH: &str = "/articled.v1.ArticleService/ImportArticles";

/// What HTTP/2 counts for a header besides its texts (RFC 9113, section 6.5.2).
const HEADER_OVERHEAD_BYTES: usize = 32;

/// What all calls share.
struct Shared {
    limits: Limits,
    metrics: Arc<Metrics>,
    calls: Semaphore,
    request_bytes: Arc<Semaphore>,
    next_id: AtomicU64,
}

#[derive(Clone)]
pub struct GuardLayer {
    shared: Arc<Shared>,
}

impl GuardLayer {
    pub fn new(limits: &Limits, metrics: Arc<Metrics>) -> Self {
        let shared = Shared {
            limits: limits.clone(),
            metrics,
            calls: Semaphore::new(limits.max_calls),
            request_bytes: Arc::new(Semaphore::new(limits.max_buffered_request_bytes)),
            next_id: AtomicU64::new(1),
        };
        Self { shared: Arc::new(shared) }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, shared: Arc::clone(&self.shared) }
    }
}

#[derive(Clone)]
pub struct Guard<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The one that said it was ready is used, and a clone stays.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(shared.guard(inner, request).await) })
    }
}

impl Shared {
    async fn guard<S>(&self, inner: S, request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let method = Arc::clone(self.metrics.method(request.uri().path()));
        let call = Call::begin(id, method, request.uri().path_and_query().cloned());
        let (permit, allowance) = match self.admit(&request) {
            Ok(admitted) => admitted,
            Err(status) => return refuse(call, &status),
        };
        // It is the whole call that a stream's deadline bounds, so its time runs from here.
        let stream_deadline = allowance.stream.map(tokio::time::sleep);
        // What other calls do within is over in a moment, and logs nothing.
        let span = if is_import(&request) { call.span() } else { Span::none() };
        let deadline = (call.began() + allowance.answer).into();
        let answer = tokio::time::timeout_at(deadline, self.answer(inner, request)).instrument(span).await;
        drop(permit);
        match answer {
            Err(_) => refuse(call, &deadline_exceeded()),
            Ok(Err(status)) => refuse(call, &status),
            Ok(Ok(response)) => finish(call, response, stream_deadline),
        }
    }

    /// Whether the call may begin, and how long it may take.
    fn admit(&self, request: &Request<Body>) -> Result<(Option<SemaphorePermit<'_>>, Allowance), Status> {
        let max_header_bytes = self.limits.max_header_list_bytes as usize;
        if header_bytes(request.headers()) > max_header_bytes {
            let message = format!("the headers of a call may have {max_header_bytes} bytes");
            return Err(overload_status(Code::ResourceExhausted, "HEADERS_TOO_LARGE", &message, None));
        }
        let allowance = allowance(request.headers(), &self.limits).map_err(|_| {
            overload_status(Code::InvalidArgument, "TIMEOUT_MALFORMED", "the header grpc-timeout cannot be read", None)
        })?;
        if request.uri().path().starts_with(HEALTH_PREFIX) {
            return Ok((None, allowance));
        }
        let permit = self.calls.try_acquire().map_err(|_| {
            let wait = Some(Duration::from_millis(200));
            overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", "too many calls are open", wait)
        })?;
        Ok((Some(permit), allowance))
    }

    async fn answer<S>(&self, mut inner: S, request: Request<Body>) -> Result<Response<Body>, Status>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let held = Held::default();
        let request = if is_import(&request) {
            request
        } else {
            request.map(|body| Body::new(CountedBody::new(body, Arc::clone(&self.request_bytes), held.clone())))
        };
        // What the handler was at is dropped with it, so nobody sees it half done.
        let answer = AssertUnwindSafe(async { inner.call(request).await }).catch_unwind().await;
        drop(held);
        match answer {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(never)) => match never {},
            Err(_) => Err(internal()),
        }
    }
}

fn is_import(request: &Request<Body>) -> bool {
    request.uri().path() == IMPORT_PATH
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD_BYTES).sum()
}

fn refuse(call: Call, status: &Status) -> Response<Body> {
    call.end(status.code(), status.message(), None);
    status.clone().into_http()
}

/// Ends the call here if the answer is only a status, and else with the answer's body.
fn finish(call: Call, mut response: Response<Body>, stream_deadline: Option<tokio::time::Sleep>) -> Response<Body> {
    if !response.headers().contains_key("grpc-status") {
        return response.map(|body| Body::new(ResponseBody::new(body, stream_deadline, call)));
    }
    tonic_status_mapping::map_status(response.headers_mut());
    let status = Status::from_header_map(response.headers()).unwrap_or_else(internal);
    let ours = response.extensions().get::<Status>();
    let cause = ours.and_then(std::error::Error::source).map(|cause| cause as &dyn std::fmt::Display);
    call.end(status.code(), status.message(), cause);
    response
}
