//! Low-priority threads for parsing, writes, merges and checkpoints.
//!
//! This work keeps a core busy for milliseconds at a time, but a query consists of several short steps on different threads:
//! during an import it would wait for a core at every step. So this work has its own threads, with a lower priority than all
//! others. If cores are free, the priority has no effect.
//!
//! Owns the runtime for writes, whose priority the threads of SQLite's connections inherit, and the worker threads for
//! computation. Knows nothing about the work itself.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// The nice value of these threads: a tenth of the weight of others, so that writes continue, but slower, while reads use
/// all the CPU time they can get (setpriority(2), sched(7)).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

pub(crate) struct Background {
    pub(crate) handle: Handle,
    /// `None` only during the drop.
    runtime: Option<Runtime>,
}

impl Background {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("articled-work")
            .on_thread_start(lower_priority)
            .enable_all()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not awaited, because the drop may happen on a thread that must not block. Callers that need the work to be
            // done have already waited for it.
            runtime.shutdown_background();
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads for CPU-bound work. All are spawned at the start: later the process may have reached its thread
/// limit, and work waiting for a thread would never run.
pub(crate) struct Workers {
    jobs: mpsc::Sender<Job>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(crate) fn start(count: usize) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let start = |_| {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name("articled-compute".to_owned()).spawn(move || {
                lower_priority();
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { return };
                    job();
                }
            })
        };
        let threads = (0..count.max(1)).map(start).collect::<io::Result<_>>()?;
        Ok(Self { jobs, threads })
    }

    /// Runs work on one of the threads, in FIFO order. Skips work whose caller was dropped before it starts. `None` if no
    /// thread is left.
    ///
    /// # Panics
    /// Resumes a panic of the work in the caller, whose panic guard handles it. The thread continues.
    pub(crate) async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                // Fails if the caller was dropped meanwhile.
                _ = answer.send(catch_unwind(AssertUnwindSafe(work)));
            }
        };
        self.jobs.send(Box::new(job)).ok()?;
        match answered.await.ok()? {
            Ok(done) => Some(done),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Whether all threads run.
    pub(crate) fn is_alive(&self) -> bool {
        self.threads.iter().all(|thread| !thread.is_finished())
    }
}

/// Lowers the priority of this thread. Only on Linux, because elsewhere priorities apply to whole processes.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "cannot lower the priority of a background thread");
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_reaches_the_caller_and_the_thread_goes_on() {
        let workers = Workers::start(1).expect("a thread");
        for _ in 0..3 {
            let panicked = AssertUnwindSafe(workers.compute(|| panic!("a panic that a test asked for")));
            assert!(panicked.catch_unwind().await.is_err());
            assert_eq!(workers.compute(|| 7).await, Some(7));
        }
        assert!(workers.is_alive());
    }

    #[tokio::test]
    async fn work_whose_caller_has_gone_is_left_out() {
        let workers = Workers::start(1).expect("a thread");
        let (began, has_begun) = oneshot::channel();
        let (go_on, wait) = mpsc::channel::<()>();
        let first = workers.compute(move || {
            _ = began.send(());
            wait.recv()
        });
        let mut first = std::pin::pin!(first);
        assert!(first.as_mut().now_or_never().is_none());
        has_begun.await.expect("begun");
        let (ran, has_run) = mpsc::channel();
        assert!(workers.compute(move || ran.send(())).now_or_never().is_none());
        go_on.send(()).expect("it waits");
        assert_eq!(first.await, Some(Ok(())));
        assert_eq!(workers.compute(|| 7).await, Some(7));
        assert!(has_run.recv().is_err());
    }
}
