//! Work that computes rather than waits, taken off the threads that serve everybody.

use std::panic::resume_unwind;

/// Runs work on a thread of its own kind; `None` if the runtime is stopping.
///
/// # Panics
/// If the work does: the caller's guard against panics is to see it.
pub async fn off_async<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => None,
        },
    }
}
