//! Positions in the write-ahead log: how far the primary is, and whether the standby has caught up.
//!
//! A read must see every write that was acknowledged before it arrived, by whatever instance. Their commits are before the
//! position up to which the primary's log is on its disk. So the primary is asked for that position, once for all reads that
//! wait meanwhile, and the read goes to the standby once that has replayed the log up to it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::store::postgres::connect::{Connector, Purpose};
use crate::store::postgres::error::PostgresError;

/// How long a read waits for the standby to catch up. It is behind by a few milliseconds if it is well.
const MAX_LAG_WAIT: Duration = Duration::from_millis(50);

/// The pause between two questions to a standby that is behind.
const ASK_PAUSE: Duration = Duration::from_millis(2);

/// How long a position is waited for.
const ASK_TIMEOUT: Duration = Duration::from_secs(1);

/// How long the standby is left alone after it failed or was too far behind.
const REST: Duration = Duration::from_secs(1);

/// The position, in bytes, up to which the primary's log is on its disk.
const PRIMARY_POSITION: &str = "SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint";

/// The position, in bytes, up to which the standby has replayed the log; null if it is no standby (any more).
const STANDBY_POSITION: &str =
    "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END";

pub(super) struct Positions {
    /// How old the primary's position may be.
    max_staleness: Duration,
    primary: Mutex<Primary>,
    standby: Mutex<Asking>,
    /// The standby has replayed the log up to here at least.
    replayed: AtomicI64,
    rests_until: StdMutex<Option<Instant>>,
}

/// The primary's position, and when it was asked for last.
struct Primary {
    asking: Asking,
    last: Option<(Instant, i64)>,
}

/// A connection that is opened when it is needed, and opened again after a failure.
struct Asking {
    connector: Connector,
    connection: Option<PgConnection>,
}

impl Asking {
    fn new(connector: Connector) -> Self {
        Self { connector, connection: None }
    }

    async fn ask(&mut self, sql: &'static str) -> Result<Option<i64>, PostgresError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connector.connect(Purpose::Read).await?,
        };
        let asked = timeout(ASK_TIMEOUT, sqlx::query_scalar(sql).fetch_one(&mut connection)).await;
        let position = asked.map_err(|_| PostgresError::Stalled { seconds: ASK_TIMEOUT.as_secs() })??;
        self.connection = Some(connection);
        Ok(position)
    }
}

impl Positions {
    pub(super) fn new(primary: Connector, standby: Connector, max_staleness: Duration) -> Self {
        Self {
            max_staleness,
            primary: Mutex::new(Primary { asking: Asking::new(primary), last: None }),
            standby: Mutex::new(Asking::new(standby)),
            replayed: AtomicI64::new(i64::MIN),
            rests_until: StdMutex::default(),
        }
    }

    /// Whether a read that arrives now may be answered by the standby. Waits a little if the standby is behind.
    pub(super) async fn standby_is_far_enough(&self) -> bool {
        if self.is_resting() {
            return false;
        }
        match self.catch_up().await {
            Ok(true) => true,
            Ok(false) => {
                self.rest();
                false
            }
            Err(error) => {
                tracing::warn!(%error, "no position in the log; the primary answers");
                self.rest();
                false
            }
        }
    }

    /// Leaves the standby alone for a while.
    pub(super) fn rest(&self) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
    }

    fn is_resting(&self) -> bool {
        let rests_until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        rests_until.is_some_and(|until| Instant::now() < until)
    }

    async fn catch_up(&self) -> Result<bool, PostgresError> {
        let arrived = Instant::now();
        let wanted = self.wanted(arrived).await?;
        loop {
            if self.replayed.load(Ordering::Acquire) >= wanted {
                return Ok(true);
            }
            let mut asking = self.standby.lock().await;
            // Another read may have asked meanwhile.
            if self.replayed.load(Ordering::Acquire) < wanted {
                match asking.ask(STANDBY_POSITION).await? {
                    Some(replayed) => self.replayed.store(replayed, Ordering::Release),
                    None => return Ok(false),
                }
            }
            drop(asking);
            if self.replayed.load(Ordering::Acquire) >= wanted {
                return Ok(true);
            }
            if arrived.elapsed() > MAX_LAG_WAIT {
                return Ok(false);
            }
            sleep(ASK_PAUSE).await;
        }
    }

    /// The position that a read must see.
    async fn wanted(&self, arrived: Instant) -> Result<i64, PostgresError> {
        let mut primary = self.primary.lock().await;
        if let Some((asked, position)) = primary.last
            && asked + self.max_staleness >= arrived
        {
            return Ok(position);
        }
        let asked = Instant::now();
        // A primary that is none any more refuses, with an error.
        let position = primary.asking.ask(PRIMARY_POSITION).await?.unwrap_or(i64::MAX);
        primary.last = Some((asked, position));
        Ok(position)
    }
}
