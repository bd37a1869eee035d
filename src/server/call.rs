//! One call, from its first byte to its last: counted once, and logged once if it failed.

use std::sync::Arc;
use std::time::Instant;

use tonic::Code;
use tracing::{Span, field};

use super::metrics::{Metrics, code_name};

/// A call that is open. Dropped before it was [`Self::end`]ed, it counts as cancelled by the client.
pub struct Call {
    metrics: Arc<Metrics>,
    path: String,
    began: Instant,
    span: Span,
    ended: bool,
}

impl Call {
    pub fn begin(metrics: Arc<Metrics>, path: &str, id: u64) -> Self {
        metrics.method(path).began();
        // A path may be anything; the log need not be filled with it.
        let method = &path[..path.floor_char_boundary(128)];
        let span = tracing::info_span!("call", id, method, code = field::Empty, duration_ms = field::Empty);
        Self { metrics, path: path.to_owned(), began: Instant::now(), span, ended: false }
    }

    /// What the call does is done within this.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// `cause` is what the client is not told.
    pub fn end(mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        self.record(code, message, cause);
    }

    fn record(&mut self, code: Code, message: &str, cause: Option<&dyn std::fmt::Display>) {
        self.ended = true;
        let duration = self.began.elapsed();
        self.metrics.method(&self.path).ended(code, duration);
        self.span.record("code", code_name(code));
        self.span.record("duration_ms", duration.as_secs_f64() * 1e3);
        let cause = cause.map(field::display);
        let _entered = self.span.enter();
        match code {
            Code::Ok | Code::NotFound => tracing::debug!("done"),
            // The client's own doing, or the clients' among themselves.
            Code::Cancelled
            | Code::InvalidArgument
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::Unauthenticated => tracing::info!(message),
            Code::DeadlineExceeded | Code::ResourceExhausted | Code::Unavailable => tracing::warn!(cause, message),
            Code::Unknown | Code::Internal | Code::DataLoss => tracing::error!(cause, message),
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
