//! The threads of the work that nobody waits for as they wait for an answer: writes, merges, checkpoints.
//!
//! Each of these keeps a core busy for milliseconds at a time, and a question has several short steps on different threads:
//! beside an import it would wait for a core at every step. So this work has a runtime of its own, whose threads, and those
//! that SQLite's connections get from them, step back behind all others. Where the cores are free this changes nothing.
//!
//! Owns that runtime. Refuses to know what runs on it.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

use super::fault::Fault;

/// How far these threads step back, as `nice` counts: a third of the weight of others, so that writes go on, if slower, while
/// reads take all that they can get (setpriority(2), sched(7)).
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

pub(super) struct Background {
    pub handle: Handle,
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
}

impl Background {
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("articled-write")
            .on_thread_start(step_back)
            .enable_time()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Runs something to its end, on these threads.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        self.handle.spawn(work).await.map_err(|_| Fault::Sql(sqlx::Error::WorkerCrashed))?
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped on a thread that must not wait; all tasks have ended when the store was closed.
            runtime.shutdown_background();
        }
    }
}

/// On Linux priorities are of threads, elsewhere of processes.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "a thread in the background keeps its priority");
    }
}
