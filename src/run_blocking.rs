//! Work that computes rather than waits, taken off the threads that serve everybody.

use std::panic::resume_unwind;

use tokio::task::JoinHandle;

/// Runs work on a thread of its own kind; `None` if the runtime is stopping.
///
/// # Panics
/// If the work does: the caller's guard against panics is to see it.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    join_or_resume_panic(tokio::task::spawn_blocking(work)).await
}

/// The outcome of work that runs elsewhere, as [`run_blocking`] has it.
///
/// # Panics
/// If the work does.
pub(crate) async fn join_or_resume_panic<T>(work: JoinHandle<T>) -> Option<T> {
    match work.await {
        Ok(done) => Some(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => None,
        },
    }
}
