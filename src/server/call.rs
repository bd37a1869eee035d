//! One call, from start to end: counted once, and logged once.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use http::uri::PathAndQuery;
use tonic::Code;
use tracing::{Span, field};

use super::call_metrics::{MethodMetrics, code_name};
use super::request_id::RequestId;
use super::trace_context::TraceContext;
use crate::config::Role;

/// Limits the logged path, which a client can make arbitrarily long.
const MAX_LOGGED_PATH_BYTES: usize = 128;

/// The caller of a call, its request id and its trace.
pub(crate) struct CallContext {
    pub request_id: RequestId,
    pub trace: Option<TraceContext>,
    pub path: Option<PathAndQuery>,
    /// Where the connection comes from.
    pub peer: Option<IpAddr>,
    /// What the caller may do. `None`: no credentials count, or none were shown.
    pub role: Option<Role>,
}

impl CallContext {
    fn path(&self) -> &str {
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        &path[..path.floor_char_boundary(MAX_LOGGED_PATH_BYTES)]
    }

    /// For the lines that a call logs while it is open.
    fn line_span(&self) -> Span {
        tracing::info_span!(
            target: LINE_SPAN_TARGET,
            "call",
            request_id = self.request_id.as_str(),
            method = self.path(),
            peer = self.peer.map(field::display),
            role = self.role.map(Role::as_str),
        )
    }

    /// For traces. Of a level that is not logged by default, so that it costs nothing where no traces are sent.
    fn traced_span(&self) -> Span {
        tracing::debug_span!(
            "call",
            request_id = self.request_id.as_str(),
            method = self.path(),
            peer = self.peer.map(field::display),
            role = field::Empty,
            otel.name = self.path(),
            otel.kind = "server",
            otel.status_code = field::Empty,
            rpc.system = "grpc",
            rpc.grpc.status_code = field::Empty,
        )
    }
}

/// The target of spans that are for log lines and not for traces.
pub const LINE_SPAN_TARGET: &str = "articled::lines";

/// An open call. Dropping it before [`Self::end`] counts it as cancelled by the client.
pub(crate) struct Call {
    context: CallContext,
    span: Span,
    method: Arc<MethodMetrics>,
    began: Instant,
    ended: bool,
}

impl Call {
    /// `is_traced`: whether the call is a span where traces are sent.
    pub(crate) fn begin(mut context: CallContext, method: Arc<MethodMetrics>, is_traced: bool) -> Self {
        method.began();
        let span = if is_traced { context.traced_span() } else { Span::none() };
        context.trace = TraceContext::join(context.trace, &span);
        Self { context, span, method, began: Instant::now(), ended: false }
    }

    pub(crate) fn set_role(&mut self, role: Option<Role>) {
        self.context.role = role;
        if let Some(role) = role {
            self.span.record("role", role.as_str());
        }
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn request_id(&self) -> &RequestId {
        &self.context.request_id
    }

    pub(crate) fn trace(&self) -> Option<&TraceContext> {
        self.context.trace.as_ref()
    }

    /// What the call does belongs to it.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// For what a long call logs while it is open.
    pub(crate) fn line_span(&self) -> Span {
        self.context.line_span()
    }

    /// Ends the call. `cause` is logged and not sent to the client.
    pub(crate) fn end(mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        self.record(code, message, cause);
    }

    fn record(&mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        /// Logs one line at the given level.
        macro_rules! log {
            ($level:ident, $duration:expr, $message:expr, $cause:expr) => {
                tracing::$level!(
                    request_id = self.context.request_id.as_str(),
                    trace_id = self.context.trace.as_ref().map(|trace| field::display(trace.trace_id())),
                    method = self.context.path(),
                    peer = self.context.peer.map(field::display),
                    role = self.context.role.map(Role::as_str),
                    code = code_name(code),
                    duration_ms = $duration.as_secs_f64() * 1e3,
                    cause = $cause,
                    "{}",
                    $message
                )
            };
        }
        self.ended = true;
        let duration = self.began.elapsed();
        self.method.ended(code, duration);
        self.span.record("rpc.grpc.status_code", code as i32);
        if matches!(code, Code::Unknown | Code::DeadlineExceeded | Code::Internal | Code::Unavailable | Code::DataLoss)
        {
            // What the conventions call a server's error (opentelemetry.io/docs/specs/semconv/rpc/grpc).
            self.span.record("otel.status_code", "ERROR");
        }
        let cause = cause.map(field::display);
        match code {
            Code::Ok | Code::NotFound => log!(debug, duration, "done", cause),
            // Caused by the client, or by conflicts between clients.
            Code::Cancelled
            | Code::InvalidArgument
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            // The messages are not logged, because they may quote the caller's text.
            | Code::Unauthenticated => log!(info, duration, "refused", cause),
            Code::DeadlineExceeded | Code::ResourceExhausted | Code::Unavailable => {
                log!(warn, duration, message, cause);
            }
            Code::Unknown | Code::Internal | Code::DataLoss => log!(error, duration, message, cause),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.ended {
            self.record(Code::Cancelled, "cancelled by the client", None);
        }
    }
}
