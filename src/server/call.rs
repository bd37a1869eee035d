//! One call, from start to end: counted once, and logged once.

use std::sync::Arc;
use std::time::Instant;

use http::uri::PathAndQuery;
use tonic::Code;
use tracing::field;

use super::call_metrics::{MethodMetrics, code_name};

/// Limits the logged path, which a client can make arbitrarily long.
const MAX_LOGGED_PATH_BYTES: usize = 128;

/// An open call. Dropping it before [`Self::end`] counts it as cancelled by the client.
pub(crate) struct Call {
    id: u64,
    method: Arc<MethodMetrics>,
    path: Option<PathAndQuery>,
    began: Instant,
    ended: bool,
}

impl Call {
    pub(crate) fn begin(id: u64, method: Arc<MethodMetrics>, path: Option<PathAndQuery>) -> Self {
        method.began();
        Self { id, method, path, began: Instant::now(), ended: false }
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// The span for log lines of a long call while it is open.
    pub(crate) fn span(&self) -> tracing::Span {
        tracing::info_span!("call", id = self.id, method = self.path())
    }

    /// Ends the call. `cause` is logged and not sent to the client.
    pub(crate) fn end(mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        self.record(code, message, cause);
    }

    fn path(&self) -> &str {
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        &path[..path.floor_char_boundary(MAX_LOGGED_PATH_BYTES)]
    }

    fn record(&mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        /// Logs one line at the given level.
        macro_rules! log {
            ($level:ident, $duration:expr, $message:expr, $cause:expr) => {
                tracing::$level!(
                    id = self.id,
                    method = self.path(),
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
