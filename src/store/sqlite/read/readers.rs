//! The pool of reading connections, which costs a reader less than sqlx's pool.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::store::StoreError;
use crate::store::sqlite::connect::{Role, connect};
use crate::store::sqlite::disk_probe::DiskProbe;
use crate::store::sqlite::error::SqliteError;

/// How long a read waits for a connection. Longer than SQLite's busy timeout.
const LEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long closing waits for reads in progress. A page takes a few milliseconds.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(700);

pub(crate) struct Readers {
    path: PathBuf,
    role: Role,
    count: u32,
    disk: DiskProbe,
    permits: Semaphore,
    /// Reads that were refused because no connection became free in time.
    shed: AtomicU64,
    idle: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    pub(crate) fn disk(&self) -> &DiskProbe {
        &self.disk
    }

    pub(crate) fn new(path: PathBuf, role: Role, count: usize) -> Self {
        let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let disk = DiskProbe::new(path.clone());
        Self {
            path,
            role,
            count,
            disk,
            permits: Semaphore::new(count as usize),
            shed: AtomicU64::new(0),
            idle: Mutex::default(),
        }
    }

    /// Acquires a connection. Connections are opened on demand, and kept.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        let permit = match timeout(LEASE_TIMEOUT, self.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::Unavailable("closed".to_owned())),
            Err(_) => {
                self.shed.fetch_add(1, Ordering::Relaxed);
                return Err(StoreError::Overloaded);
            }
        };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&self.path, self.role).await?,
        };
        Ok(Lease { readers: self, connection: Some(connection), is_in_transaction: false, _permit: permit })
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
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "closing a reading connection failed");
            }
        }
    }
}

/// RAII guard of a connection, which returns to the pool on drop, even in the middle of a query. If a transaction may be
/// open on it, it is closed instead.
pub(crate) struct Lease<'a> {
    readers: &'a Readers,
    connection: Option<SqliteConnection>,
    /// A transaction may be open.
    is_in_transaction: bool,
    _permit: SemaphorePermit<'a>,
}

impl Lease<'_> {
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or_else(|| StoreError::Unavailable("closed".to_owned()))
    }

    /// The connection, for a caller that begins a transaction and ends it unless it fails.
    pub(crate) fn transaction(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.is_in_transaction = true;
        self.connection()
    }

    /// Returns the result, and discards the connection if the error poisons it.
    pub(crate) async fn settle<T>(mut self, result: Result<T, SqliteError>) -> Result<T, StoreError> {
        match &result {
            Ok(_) => self.is_in_transaction = false,
            Err(fault) if fault.poisons_connection() => self.connection = None,
            Err(_) => {}
        }
        match result {
            Ok(found) => Ok(found),
            Err(fault) => Err(self.readers.disk.error_of(fault).await),
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.is_in_transaction
            && !self.readers.permits.is_closed()
        {
            self.readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}
