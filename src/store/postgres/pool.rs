//! The pool of reading connections. A read that loses its connection is repeated on a new one, as nothing was written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::store::StoreError;
use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::error::{PostgresError, Retry};

/// How long a read waits for a connection.
const LEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long closing waits for reads in progress. A page takes a few milliseconds.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(700);

/// The number of attempts of one read.
const MAX_ATTEMPTS: u32 = 3;

pub(crate) struct Pool {
    connector: Connector,
    count: u32,
    permits: Semaphore,
    /// Reads that were refused because no connection became free in time.
    shed: AtomicU64,
    idle: Mutex<Vec<PgConnection>>,
}

impl Pool {
    pub(crate) fn new(connector: Connector, count: usize) -> Self {
        let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let permits = Semaphore::new(count as usize);
        Self { connector, count, permits, shed: AtomicU64::new(0), idle: Mutex::default() }
    }

    /// Acquires a connection. Connections are opened on demand, and kept.
    pub(crate) async fn lease(&self) -> Result<PooledConnection<'_>, StoreError> {
        let permit = match timeout(LEASE_TIMEOUT, self.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::Unavailable("closed".to_owned())),
            Err(_) => {
                self.shed.fetch_add(1, Ordering::Relaxed);
                return Err(StoreError::Overloaded);
            }
        };
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connector.connect(Purpose::Read).await?,
        };
        Ok(PooledConnection { pool: self, connection, _permit: permit })
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
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            close(connection).await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection of the pool. It returns to the pool by [`Attempts::settle`]; one that is dropped in the middle of a read is
/// closed.
pub(crate) struct PooledConnection<'a> {
    pool: &'a Pool,
    connection: PgConnection,
    _permit: SemaphorePermit<'a>,
}

impl PooledConnection<'_> {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// The attempts of one read.
#[derive(Default)]
pub(crate) struct Attempts(u32);

impl Attempts {
    /// Returns the connection to the pool, and the result; `None` if the read must be repeated.
    pub(crate) fn settle<T>(
        &mut self,
        lease: PooledConnection<'_>,
        result: Result<T, PostgresError>,
    ) -> Option<Result<T, StoreError>> {
        self.0 += 1;
        let PooledConnection { pool, connection, .. } = lease;
        match result {
            // Its transaction may still be open.
            Err(error) => {
                drop(connection);
                if error.retry() == Retry::Never || self.0 >= MAX_ATTEMPTS {
                    return Some(Err(error.into()));
                }
                // The others are as old, and were lost with it if the database restarted.
                pool.idle().clear();
                None
            }
            Ok(done) => {
                if !pool.permits.is_closed() {
                    pool.idle().push(connection);
                }
                Some(Ok(done))
            }
        }
    }
}
