//! Runs CPU-bound work outside of the async threads.

use std::panic::resume_unwind;

use tokio::task::JoinHandle;

/// Runs work on a blocking thread. `None` if the runtime is shutting down.
///
/// # Panics
/// Resumes a panic of the work, for the caller's panic guard.
pub(crate) async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    join_or_resume_panic(tokio::task::spawn_blocking(work)).await
}

/// Joins a task, with the result of [`run_blocking`].
///
/// # Panics
/// Resumes a panic of the task.
pub(crate) async fn join_or_resume_panic<T>(work: JoinHandle<T>) -> Option<T> {
    match work.await {
        Ok(done) => Some(done),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => None,
        },
    }
}
