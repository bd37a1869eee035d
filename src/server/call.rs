//! One call, from its first byte to its last: counted once, and logged once if it failed.

use std::sync::Arc;
use std::time::Instant;

use http::uri::PathAndQuery;
use tonic::Code;
use tracing::field;

use super::call_metrics::{MethodMetrics, code_name};

/// A path may be anything; the log need not be filled with it.
const MAX_LOGGED_PATH_BYTES: usize = 128;

/// A call that is open. Dropped before it was [`Self::end`]ed, it counts as cancelled by the client.
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

    /// For what a long call logs while it is open.
    pub(crate) fn span(&self) -> tracing::Span {
        tracing::info_span!("call", id = self.id, method = self.path())
    }

    /// `cause` is what the client is not told.
    pub(crate) fn end(mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        self.record(code, message, cause);
    }

    fn path(&self) -> &str {
        let path = self.path.as_ref().map_or("", PathAndQuery::path);
        &path[..path.floor_char_boundary(MAX_LOGGED_PATH_BYTES)]
    }

    fn record(&mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        /// One line of the log, its level first.
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
            // The client's own doing, or the clients' among themselves.
            Code::Cancelled
            | Code::InvalidArgument
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            // Their messages may quote the caller's text, which is not for the log.
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
            self.record(Code::Cancelled, "the client broke off", None);
        }
    }
}
