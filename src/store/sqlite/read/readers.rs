//! The pool of reading connections, and the thread that a read runs on.
//!
//! A read runs on the thread that asks for it: a page takes less time than to wake another thread and to be woken by it. But a
//! read may have to wait for the disk, and then other requests on this thread would wait too. So at most all but one of the
//! runtime's threads read at a time, and further reads run on blocking threads. A disk that no longer answers leaves one thread
//! for everything else, such as the answer that the service is not ready.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::store::StoreError;
use crate::store::sqlite::connect::{Role, connect_to_read};
use crate::store::sqlite::disk_probe::DiskProbe;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::connection::ReadConnection;

/// How long a read waits for a connection. Longer than SQLite's busy timeout.
const LEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long closing waits for reads in progress. A page takes a few milliseconds.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(700);

/// A read, which may run on any thread.
pub(crate) trait Read: Send + 'static {
    type Found: Send + 'static;

    /// Whether what it finds may have megabytes, such as raw documents.
    fn is_large(&self) -> bool {
        false
    }

    /// The future waits for nothing; it may yield to other tasks.
    fn run(self, connection: &mut ReadConnection) -> impl Future<Output = Result<Self::Found, SqliteError>> + Send;
}

pub(crate) struct Readers {
    path: PathBuf,
    role: Role,
    count: u32,
    disk: DiskProbe,
    permits: Arc<Semaphore>,
    /// Reads that were refused because no connection became free in time.
    shed: AtomicU64,
    idle: Mutex<Vec<ReadConnection>>,
    /// A permit for each of the runtime's threads that may read at a time.
    on_runtime: Semaphore,
}

impl Readers {
    pub(crate) fn disk(&self) -> &DiskProbe {
        &self.disk
    }

    /// Must be called in the runtime of the reads.
    pub(crate) fn new(path: PathBuf, role: Role, count: usize) -> Self {
        let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let disk = DiskProbe::new(path.clone());
        let threads = Handle::current().metrics().num_workers();
        Self {
            path,
            role,
            count,
            disk,
            permits: Arc::new(Semaphore::new(count as usize)),
            shed: AtomicU64::new(0),
            idle: Mutex::default(),
            // A runtime with one thread has none to spare.
            on_runtime: Semaphore::new(threads.saturating_sub(1).max(1)),
        }
    }

    /// Runs a read.
    pub(crate) async fn read<R: Read>(self: &Arc<Self>, read: R) -> Result<R::Found, StoreError> {
        // What a blocking thread allocates and another thread frees stays with that blocking thread until it allocates again, which
        // came to 800 MiB for a peer that asked for hundreds of raw documents. So large reads wait for a thread of the runtime.
        let large = if read.is_large() { Some(self.on_runtime.acquire().await.map_err(|_| closed())?) } else { None };
        let permit = self.permit().await?;
        let found = match large.or_else(|| self.on_runtime.try_acquire().ok()) {
            Some(_thread) => self.run(read).await,
            None => {
                let (readers, runtime) = (Arc::clone(self), Handle::current());
                // The permit comes back with what was found, so that no more results wait for the runtime than there are permits.
                let read = move || (runtime.block_on(readers.run(read)), permit);
                match tokio::task::spawn_blocking(read).await {
                    Ok((found, _permit)) => found,
                    Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
                    Err(_) => return Err(closed()),
                }
            }
        };
        match found {
            Ok(found) => Ok(found),
            Err(fault) => Err(self.disk.error_of(fault).await),
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        match timeout(LEASE_TIMEOUT, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(closed()),
            Err(_) => {
                self.shed.fetch_add(1, Ordering::Relaxed);
                Err(StoreError::Overloaded)
            }
        }
    }

    async fn run<R: Read>(&self, read: R) -> Result<R::Found, SqliteError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect_to_read(&self.path, self.role)?,
        };
        let mut lease = Lease { readers: self, connection: None };
        let found = read.run(lease.connection.insert(connection)).await;
        if found.as_ref().is_err_and(SqliteError::poisons_connection) {
            lease.connection = None;
        }
        found
    }

    /// The number of connections in use.
    pub(crate) fn busy(&self) -> usize {
        (self.count as usize).saturating_sub(self.permits.available_permits())
    }

    /// The number of reads that were refused because all connections were busy.
    pub(crate) fn shed(&self) -> u64 {
        self.shed.load(Ordering::Relaxed)
    }

    /// Refuses further reads, waits for those in progress, and closes all connections.
    pub(crate) async fn close(&self) {
        // The semaphore is fair: later reads queue after this and then find it closed.
        if timeout(CLOSE_TIMEOUT, self.permits.acquire_many(self.count)).await.is_err() {
            tracing::warn!("a read is still in progress; its connection closes when it ends");
        }
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("closed".to_owned())
}

/// RAII guard of a connection, which returns to the pool on drop, even in the middle of a query. With a transaction open it is
/// closed instead.
struct Lease<'a> {
    readers: &'a Readers,
    connection: Option<ReadConnection>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !connection.is_in_transaction()
            && !self.readers.permits.is_closed()
        {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::{self, ThreadId};

    use super::*;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    /// The thread that it runs on. Leaves a transaction open.
    struct ThreadOfRead;

    impl Read for ThreadOfRead {
        type Found = ThreadId;

        async fn run(self, connection: &mut ReadConnection) -> Result<ThreadId, SqliteError> {
            connection.execute("BEGIN")?;
            Ok(thread::current().id())
        }
    }

    #[tokio::test]
    async fn further_reads_run_on_other_threads() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(SqliteOptions::small(folder.path().join("articles.db"))).await.expect("a store");
        let readers = &store.readers;
        let here = thread::current().id();
        assert_eq!(readers.read(ThreadOfRead).await.expect("a thread"), here);
        let reading = readers.on_runtime.try_acquire().expect("none reads");
        assert!(readers.on_runtime.try_acquire().is_err());
        let elsewhere = readers.read(ThreadOfRead).await.expect("a thread");
        assert_ne!(elsewhere, here);
        drop(reading);
        assert_eq!(readers.read(ThreadOfRead).await.expect("a thread"), here);
        assert_eq!(readers.busy(), 0);
    }
}
