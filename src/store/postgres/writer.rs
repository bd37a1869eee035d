//! The writer task: commits all waiting writes of this instance as a group, under the lock that all instances take.
//!
//! A group that loses its connection, or that the database refuses with a conflict, is carried out again. If the answer to a
//! commit is lost, the database is asked whether it was made, so that no write is done twice.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::keyword_index::{IndexChanges, Published};
use crate::store::apply::{BatchLookup, Session, WaitingRows, apply};
use crate::store::index::{Building, Index};
use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::error::{PostgresError, Retry};
use crate::store::postgres::feed::{self, FeedEnd};
use crate::store::postgres::health::WriteHealth;
use crate::store::postgres::index_storage::segment_id;
use crate::store::postgres::transaction::{self, Finish, Locked};
use crate::store::write_queue::{Job, answer, group};
use crate::store::writer_metrics::WriterMetrics;
use crate::store::{FeedPosition, StoreError, Written};

/// How long a group may take, waiting for the lock included. A statement alone has a shorter limit in the database; this one
/// is for a network that delivers nothing.
const GROUP_TIMEOUT: Duration = Duration::from_secs(40);

/// The number of attempts of a group, and the pause before the second; each later pause is three times as long.
const MAX_ATTEMPTS: u32 = 4;
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// How long the outcome of a commit whose answer was lost is asked for.
const OUTCOME_TIMEOUT: Duration = Duration::from_secs(15);

/// The interval at which an unhealthy database is probed.
const PROBE_PAUSE: Duration = Duration::from_secs(1);

/// How long a group waits for merges that are behind, so that queries do not search a growing number of segments.
const CATCH_UP_TIME: Duration = Duration::from_millis(50);

pub(super) struct GroupWriter {
    pub connector: Connector,
    pub index: Arc<Index>,
    pub feed: Arc<FeedEnd>,
    pub keep_deletions: u64,
    pub jobs: mpsc::Receiver<Job>,
    pub closing: CancellationToken,
    pub health: Arc<WriteHealth>,
    pub metrics: Arc<WriterMetrics>,
    pub connection: Option<PgConnection>,
}

type Outcomes = Vec<Result<Written, PostgresError>>;

/// A group that is ready to be committed.
struct Ready {
    outcomes: Outcomes,
    published: Option<Published>,
    has_changes: bool,
    /// The state that the group leaves.
    state: Locked,
}

/// Why a group was not committed.
enum Failed {
    /// Nothing is committed.
    Before(PostgresError),
    /// The commit was sent, but not answered.
    Unknown(Box<Ready>, PostgresError),
}

impl From<PostgresError> for Failed {
    fn from(error: PostgresError) -> Self {
        Self::Before(error)
    }
}

impl GroupWriter {
    pub(super) async fn run(mut self) {
        let mut is_closing = false;
        let mut probe_at = Instant::now();
        loop {
            let job = tokio::select! {
                job = self.jobs.recv() => job,
                () = self.closing.cancelled(), if !is_closing => {
                    is_closing = true;
                    self.jobs.close();
                    continue;
                }
                // At a fixed time, so that traffic does not delay it.
                () = tokio::time::sleep_until(probe_at), if self.health.has_failed() => {
                    self.probe().await;
                    probe_at = Instant::now() + PROBE_PAUSE;
                    continue;
                }
            };
            let Some(job) = job else { break };
            let group = group(job, &mut self.jobs);
            self.write_group(group).await;
            if self.index.is_behind() {
                sleep(CATCH_UP_TIME).await;
            }
        }
        if let Some(connection) = self.connection.take() {
            close(connection).await;
        }
    }

    async fn write_group(&mut self, group: Vec<Job>) {
        let (dry, wet): (Vec<Job>, Vec<Job>) = group.into_iter().partition(|job| job.dry_run);
        if !wet.is_empty() {
            let outcomes = self.transact(&wet, Finish::Commit).await;
            answer(wet, outcomes);
        }
        // One transaction each, because a dry run must not see what another would have written.
        for job in dry {
            let outcomes = self.transact(std::slice::from_ref(&job), Finish::RollBack).await;
            answer(vec![job], outcomes);
        }
    }

    /// Applies a group in one transaction. If that fails, none of it is written.
    async fn transact(&mut self, jobs: &[Job], end: Finish) -> Result<Outcomes, StoreError> {
        let mut pause = RETRY_PAUSE;
        for attempt in 1.. {
            let began = Instant::now();
            let failed = match self.attempt(jobs, end).await {
                Ok(ready) => {
                    if end == Finish::Commit {
                        self.metrics.commit_duration.record(began.elapsed());
                        self.metrics.group_writes.record(jobs.len() as f64);
                    }
                    return Ok(ready.outcomes);
                }
                Err(failed) => failed,
            };
            self.connection = None;
            let error = match failed {
                Failed::Before(error) => error,
                Failed::Unknown(ready, error) => match self.outcome(&ready.state.transaction_id).await {
                    Some(true) => return Ok(self.publish(*ready).outcomes),
                    Some(false) => error,
                    None => {
                        self.health.fail();
                        return Err(StoreError::Unavailable("the outcome of a commit is not known".to_owned()));
                    }
                },
            };
            if error.retry() == Retry::Never || attempt >= MAX_ATTEMPTS {
                self.metrics.failed_groups.increment(1);
                tracing::error!(%error, writes = jobs.len(), "a group of writes failed");
                if error.is_outage() {
                    self.health.fail();
                }
                return Err(error.into());
            }
            tracing::warn!(%error, attempt, "a group of writes is carried out again");
            sleep(pause).await;
            pause *= 3;
        }
        Err(StoreError::Failed("no attempt was made".to_owned()))
    }

    async fn attempt(&mut self, jobs: &[Job], end: Finish) -> Result<Ready, Failed> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            closed => closed.insert(self.connector.connect(Purpose::Write).await?),
        };
        let stalled = |_| PostgresError::Stalled { seconds: GROUP_TIMEOUT.as_secs() };
        let carried_out = carry_out(connection, &self.index, jobs, end, self.keep_deletions);
        let ready = timeout(GROUP_TIMEOUT, carried_out).await.map_err(stalled)??;
        if end == Finish::RollBack {
            transaction::end(connection, Finish::RollBack).await?;
            return Ok(ready);
        }
        let began = Instant::now();
        let committed = timeout(GROUP_TIMEOUT, commit(connection, &ready)).await.map_err(stalled);
        if let Err(error) = committed.and_then(|committed| committed) {
            return Err(Failed::Unknown(Box::new(ready), error));
        }
        self.metrics.sync_duration.record(began.elapsed());
        Ok(self.publish(ready))
    }

    /// Publishes a committed group, before its results are sent, so that callers can read their own writes.
    fn publish(&self, mut ready: Ready) -> Ready {
        if let Some(published) = ready.published.take() {
            self.index.publish(published);
        }
        let Locked { feed_id, last_seq, .. } = ready.state;
        let end = FeedPosition { feed: feed_id.cast_unsigned(), seq: last_seq.cast_unsigned() };
        self.feed.advance(end);
        ready
    }

    /// Whether a commit was made; `None` if the database does not say.
    async fn outcome(&mut self, transaction_id: &str) -> Option<bool> {
        let until = Instant::now() + OUTCOME_TIMEOUT;
        while Instant::now() < until {
            if let Ok(mut connection) = self.connector.connect(Purpose::Write).await
                && let Ok(Some(was_committed)) = transaction::outcome(&mut connection, transaction_id).await
            {
                self.connection = Some(connection);
                return Some(was_committed);
            }
            sleep(RETRY_PAUSE).await;
        }
        None
    }

    /// Whether the locks of a write can be taken and a commit is made.
    async fn probe(&mut self) {
        if self.connection.is_none() {
            match self.connector.connect(Purpose::Write).await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) => {
                    tracing::warn!(%error, "the database is out of reach");
                    return;
                }
            }
        }
        let Some(connection) = &mut self.connection else { return };
        let probed = async {
            let state = transaction::begin_write(connection).await?;
            transaction::lock_tables(connection).await?;
            transaction::commit_write(connection, &state).await
        };
        match timeout(GROUP_TIMEOUT, probed).await {
            Ok(Ok(())) => self.health.recover(),
            Ok(Err(error)) if !error.is_outage() => {
                self.connection = None;
                self.health.recover();
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a probe of the database failed");
                self.connection = None;
            }
            Err(_) => self.connection = None,
        }
    }
}

async fn commit(connection: &mut PgConnection, ready: &Ready) -> Result<(), PostgresError> {
    if ready.has_changes {
        transaction::commit_write(connection, &ready.state).await
    } else {
        transaction::end(connection, Finish::Commit).await
    }
}

/// Carries out a group up to its commit.
async fn carry_out(
    connection: &mut PgConnection,
    index: &Index,
    jobs: &[Job],
    end: Finish,
    keep_deletions: u64,
) -> Result<Ready, PostgresError> {
    let mut state = transaction::begin_write(connection).await?;
    let snapshot = index.at(connection, state.generation).await?;
    let segment = segment_id(state.next_segment)?;
    let mut session = Session {
        next_id: state.last_id + 1,
        next_seq: state.last_seq + 1,
        has_deleted: false,
        changes: IndexChanges::default(),
        changed: Vec::new(),
        lookup: BatchLookup::default(),
        rows: WaitingRows::default(),
    };
    session.lookup = BatchLookup::of(connection, &jobs.iter().map(|job| &job.write).collect::<Vec<_>>()).await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        match apply(connection, &mut session, &job.write, job.now).await {
            Ok(written) => outcomes.push(Ok(written)),
            // A damaged row fails only its own write, because it was read before anything was written.
            Err(error) if error.is_damaged_row() => outcomes.push(Err(error)),
            Err(error) => return Err(error),
        }
    }
    let has_changes = session.next_seq - 1 > state.last_seq;
    (state.last_id, state.last_seq) = (session.next_id - 1, session.next_seq - 1);
    // Concurrently with writing the rows.
    let built = (end == Finish::Commit).then(|| Building::begin(session.changes, index, &snapshot, || segment));
    session.rows.write(connection).await?;
    if session.has_deleted {
        feed::forget(connection, state.last_seq, keep_deletions).await?;
    }
    let published = match built {
        Some(built) => built.write(connection, index, &snapshot).await?,
        None => None,
    };
    Ok(Ready { outcomes, published, has_changes, state })
}
