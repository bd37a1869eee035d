//! The layer around every call, of any service.
//!
//! From the outside in: counts and traces the call; refuses it if it is not gRPC, the caller is not authorized, its headers
//! are too large or its timeout does not parse; receives the request; takes a permit, or refuses if too many calls are open;
//! enforces the deadline; turns a panic into INTERNAL; maps tonic's own errors to ours. The permit is kept until the response
//! is read.

use std::collections::HashMap;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use http::{HeaderMap, Request, Response};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::{Instrument, Span};

use super::auth::Authority;
use super::call::{Call, CallContext};
use super::call_metrics::CallMetrics;
use super::connection_activity::{ConnectionInfo, OpenCall};
use super::deadline::{Allowance, allowance};
use super::descriptors::Method;
use super::polled_ready::take_polled_ready;
use super::request_bytes::{PREFIX_BYTES, receive};
use super::request_id::RequestIds;
use super::response_body::{Holdings, ResponseBody, deadline_exceeded};
use super::tonic_status_mapping;
use super::trace_context::TraceContext;
use crate::config::Limits;
use crate::rpc::fair_share::{Budget, Peer, Resource, Share};
use crate::rpc::status::{internal, overload_status};

/// Health checks are never refused under load: a busy server is not unhealthy.
const HEALTH_PREFIX: &str = "/grpc.health.v1.Health/";

/// What HTTP/2 adds to the size of a header's name and value (RFC 9113, section 6.5.2).
const HEADER_OVERHEAD_BYTES: usize = 32;

/// Watches, which clients may leave unread for any time.
const PAUSABLE_PATHS: [&str; 2] = ["/articled.v1.ArticleService/WatchArticles", "/grpc.health.v1.Health/Watch"];

/// An export or import that is left unread ends itself after the stall timeout, with STREAM_STALLED. Its connection is
/// closed only after this multiple of the timeout, so that the client can read the status.
const STREAM_STALL_FACTOR: u32 = 2;

/// Whether a method's requests and responses are streams.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape {
    is_client_streaming: bool,
    is_server_streaming: bool,
}

/// The served methods, by path.
pub(crate) fn methods(services: &[(String, Vec<Method>)]) -> HashMap<String, Shape> {
    let paths = services.iter().flat_map(|(service, methods)| {
        methods.iter().map(move |method| {
            let Method { name, is_client_streaming, is_server_streaming } = method;
            let shape = Shape { is_client_streaming: *is_client_streaming, is_server_streaming: *is_server_streaming };
            (format!("/{service}/{name}"), shape)
        })
    });
    paths.collect()
}

/// The state that all calls share.
struct Shared {
    limits: Limits,
    methods: HashMap<String, Shape>,
    metrics: CallMetrics,
    authority: Arc<Authority>,
    calls: Arc<Budget>,
    request_bytes: Arc<Budget>,
    response_bytes: Arc<Budget>,
    request_ids: RequestIds,
}

#[derive(Clone)]
pub(crate) struct GuardLayer {
    shared: Arc<Shared>,
}

impl GuardLayer {
    pub(crate) fn new(
        limits: &Limits,
        metrics: CallMetrics,
        methods: HashMap<String, Shape>,
        authority: Arc<Authority>,
    ) -> Self {
        let max_request_bytes = limits.max_request_bytes + PREFIX_BYTES;
        let shared = Shared {
            limits: limits.clone(),
            methods,
            metrics,
            authority,
            calls: Budget::new(Resource::Calls, limits.max_calls, 1),
            request_bytes: Budget::new(
                Resource::RequestBytes,
                limits.max_buffered_request_bytes.max(max_request_bytes),
                max_request_bytes,
            ),
            response_bytes: Budget::new(
                Resource::ResponseBytes,
                limits.max_unread_response_bytes,
                limits.max_response_bytes,
            ),
            request_ids: RequestIds::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The budgets that calls take from, with the names of what each limits, for metrics.
    pub(crate) fn budgets(&self) -> [(&'static str, Arc<Budget>); 3] {
        let Shared { calls, request_bytes, response_bytes, .. } = self.shared.as_ref();
        [
            ("calls", Arc::clone(calls)),
            ("request_bytes", Arc::clone(request_bytes)),
            ("response_bytes", Arc::clone(response_bytes)),
        ]
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, shared: Arc::clone(&self.shared) }
    }
}

#[derive(Clone)]
pub(crate) struct Guard<S> {
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
        let inner = take_polled_ready(&mut self.inner);
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(shared.guard(inner, request).await) })
    }
}

impl Shared {
    async fn guard<S>(&self, inner: S, request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let connection: ConnectionInfo = request.extensions().get().cloned().unwrap_or_default();
        let shape = self.methods.get(request.uri().path()).copied();
        let call = self.begin(&request, &connection);
        let (request_id, trace) = (call.request_id().clone(), call.trace().cloned());
        let mut response = self.guard_call(inner, request, shape, connection, call).await;
        request_id.stamp_headers(response.headers_mut());
        if let Some(trace) = trace {
            trace.stamp(response.headers_mut());
        }
        response
    }

    fn begin(&self, request: &Request<Body>, connection: &ConnectionInfo) -> Call {
        let path = request.uri().path();
        let context = CallContext {
            request_id: self.request_ids.of(request.headers()),
            trace: TraceContext::of_caller(request.headers()),
            path: request.uri().path_and_query().cloned(),
            peer: connection.address,
            role: None,
        };
        // Health checks would fill the traces, and say nothing.
        Call::begin(context, Arc::clone(self.metrics.method(path)), !path.starts_with(HEALTH_PREFIX))
    }

    async fn guard_call<S>(
        &self,
        inner: S,
        mut request: Request<Body>,
        shape: Option<Shape>,
        connection: ConnectionInfo,
        mut call: Call,
    ) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let is_pausable = PAUSABLE_PATHS.contains(&request.uri().path());
        if !is_grpc(request.headers()) {
            return refuse_other_protocol(call);
        }
        let subjects = connection.identity.subjects();
        let path = request.uri().path();
        let caller = match self.authority.admit(path, shape.is_some(), request.headers(), subjects) {
            Ok(caller) => caller,
            Err(denial) => return refuse(call, &denial.into()),
        };
        call.set_role(caller.as_ref().map(|grant| grant.role));
        // The inner layers do not need the token. Without it they cannot log it.
        request.headers_mut().remove(http::header::AUTHORIZATION);
        request.extensions_mut().insert(Arc::clone(&connection.peer));
        let allowance = match self.admit(&request) {
            Ok(allowance) => allowance,
            Err(status) => return refuse(call, &status),
        };
        // A stream's deadline applies to the whole call, so it starts here.
        let stream_deadline = allowance.stream.map(tokio::time::sleep);
        // Only streams need a span for their lines: unary calls are short and log nothing in between.
        let is_client_streaming = shape.is_some_and(|shape| shape.is_client_streaming);
        let line_span = if is_client_streaming { call.line_span() } else { Span::none() };
        let deadline = (call.began() + allowance.answer).into();
        let answer = self.answer(inner, request, shape, &connection).instrument(line_span);
        let (response, place, open_call) =
            match tokio::time::timeout_at(deadline, answer).instrument(call.span().clone()).await {
                Err(_) => return refuse(call, &deadline_exceeded()),
                Ok(Err(status)) => return refuse(call, &status),
                Ok(Ok(answer)) => answer,
            };
        let is_stream = shape.is_some_and(|shape| shape.is_server_streaming);
        let stall_timeout = Duration::from_millis(self.limits.stream_stall_ms);
        let stall_timeout = if is_stream { stall_timeout * STREAM_STALL_FACTOR } else { stall_timeout };
        let holdings = Holdings {
            budget: Arc::clone(&self.response_bytes),
            peer: connection.peer,
            // Imports and exports have limits of their own.
            _place: if is_stream { None } else { place },
            _open_call: open_call,
            revoked: caller.filter(|_| is_stream).map(|grant| Box::pin(grant.revoked.clone().cancelled_owned())),
            unread: (!is_pausable).then(|| Arc::new(connection.activity.begin_response(stall_timeout))),
        };
        finish(call, response, stream_deadline, holdings, !is_stream)
    }

    /// Checks the headers, and returns the time limits of the call.
    fn admit(&self, request: &Request<Body>) -> Result<Allowance, Status> {
        let max_header_bytes = self.limits.max_header_list_bytes as usize;
        if header_bytes(request.headers()) > max_header_bytes {
            let message = format!("the headers of a call may have at most {max_header_bytes} bytes");
            return Err(overload_status(Code::ResourceExhausted, "HEADERS_TOO_LARGE", &message, None));
        }
        allowance(request.headers(), &self.limits).map_err(|_| {
            overload_status(Code::InvalidArgument, "TIMEOUT_MALFORMED", "the header grpc-timeout does not parse", None)
        })
    }

    /// Receives the request, takes a permit, and calls the method.
    async fn answer<S>(
        &self,
        mut inner: S,
        request: Request<Body>,
        shape: Option<Shape>,
        connection: &ConnectionInfo,
    ) -> Result<(Response<Body>, Option<Share>, OpenCall), Status>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        let is_health = request.uri().path().starts_with(HEALTH_PREFIX);
        // The bytes count until the method has returned.
        let mut bytes = self.request_bytes.try_take(&connection.peer, 0).ok_or_else(internal)?;
        // Taken only now, so that incomplete requests do not block complete ones.
        let request = match shape {
            Some(Shape { is_client_streaming: false, .. }) => {
                receive(request, &mut bytes, self.limits.max_request_bytes).await?
            }
            _ => request,
        };
        let place = if is_health { None } else { Some(self.place(&connection.peer)?) };
        let open_call = connection.activity.begin_call();
        // Unwind safe: the handler's state is dropped with it, and is not observed afterwards.
        let answer = AssertUnwindSafe(async { inner.call(request).await }).catch_unwind().await;
        match answer {
            Ok(Ok(response)) => Ok((response, place, open_call)),
            Ok(Err(never)) => match never {},
            Err(_) => Err(internal()),
        }
    }

    fn place(&self, peer: &Arc<Peer>) -> Result<Share, Status> {
        self.calls.try_take(peer, 1).ok_or_else(|| {
            let wait = Some(Duration::from_millis(200));
            overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", "too many calls are open", wait)
        })
    }
}

/// Whether a request is gRPC, and not gRPC-Web or plain HTTP (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
fn is_grpc(headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).map_or(b"".as_slice(), http::HeaderValue::as_bytes);
    match content_type.strip_prefix(b"application/grpc") {
        Some(rest) => matches!(rest.first(), None | Some(b'+' | b';')),
        None => false,
    }
}

/// Responds with HTTP 415, as the gRPC specification requires, so that a client of another protocol does not misread a gRPC
/// status.
fn refuse_other_protocol(call: Call) -> Response<Body> {
    call.end(Code::InvalidArgument, "the content type is not application/grpc", None);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD_BYTES).sum()
}

fn refuse(call: Call, status: &Status) -> Response<Body> {
    call.end(status.code(), status.message(), None);
    status.clone().into_http()
}

/// Ends the call now if the response is only a status, otherwise at the end of the response's body.
fn finish(
    call: Call,
    mut response: Response<Body>,
    stream_deadline: Option<tokio::time::Sleep>,
    holdings: Holdings,
    is_unary: bool,
) -> Response<Body> {
    if !response.headers().contains_key("grpc-status") {
        let (head, body) = response.into_parts();
        let mut body = ResponseBody::new(body, stream_deadline, call, holdings);
        if is_unary && let Err(status) = body.encode_now() {
            return body.refuse(&status);
        }
        return Response::from_parts(head, Body::new(body));
    }
    tonic_status_mapping::map_status(response.headers_mut());
    let status = Status::from_header_map(response.headers()).unwrap_or_else(internal);
    let ours = response.extensions().get::<Status>();
    let cause = ours.and_then(std::error::Error::source).map(|cause| cause as &dyn std::fmt::Display);
    call.end(status.code(), status.message(), cause);
    response
}
