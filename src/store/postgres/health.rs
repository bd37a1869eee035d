//! Whether writes can succeed, for health checks.

use std::sync::atomic::{AtomicBool, Ordering};

/// The state that the writer keeps. After a write that failed because the database was out of reach, the store is unhealthy
/// until a probe has succeeded.
#[derive(Debug, Default)]
pub(super) struct WriteHealth(AtomicBool);

impl WriteHealth {
    pub(super) fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn fail(&self) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::error!("the database cannot be written to; the store is unhealthy until it can");
        }
    }

    pub(super) fn recover(&self) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("the database can be written to again; the store is healthy");
        }
    }
}
