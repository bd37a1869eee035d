//! The background task that merges segments: in one instance at a time, and another one takes over when that one is gone.
//!
//! The merger holds an advisory lock of the database by a session of its own, by which it also writes: a merger that has lost
//! the lock cannot write. The database ends a session that sends nothing for some seconds, so the lock of an instance that is
//! killed, frozen or cut off becomes free. Owns the lock, the task and its pauses; the keyword index decides what is merged.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::keyword_index::{MergeHost, MergeOutcome, MergeRequest, PurgeSchedule, merge_segments, remove_unused};
use crate::store::index::Index;
use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::listener::load_committed;
use crate::store::postgres::transaction::{self, Finish};
use crate::store::postgres::vacuum::keep_vacuumed;

/// The pause after a failed merge, and between two attempts to become the merger.
const PAUSE: Duration = Duration::from_secs(2);

/// How often the merger shows that it is alive. Several times as often as the database demands.
const HEARTBEAT: Duration = Duration::from_secs(2);

pub(super) struct MergerTask {
    pub connector: Connector,
    pub index: Arc<Index>,
    pub closing: CancellationToken,
}

/// A merger that holds the lock.
struct Merger<'a> {
    index: &'a Index,
    closing: &'a CancellationToken,
    /// The session that holds the lock.
    session: Mutex<PgConnection>,
}

/// Why a merge was abandoned.
enum Abandoned {
    Closing,
    Failed(Option<PostgresError>),
}

impl From<PostgresError> for Abandoned {
    fn from(error: PostgresError) -> Self {
        Abandoned::Failed(Some(error))
    }
}

impl MergeHost for Merger<'_> {
    type Storage = PgConnection;
    type GivenUp = Abandoned;

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Abandoned> {
        if self.closing.is_cancelled() {
            return Err(Abandoned::Closing);
        }
        tokio::task::spawn_blocking(work).await.map_err(|_| Abandoned::Failed(None))
    }

    async fn request(&self, request: MergeRequest) -> Result<MergeOutcome, Abandoned> {
        let mut session = self.session.lock().await;
        if !request.is_visible() {
            transaction::begin_unsynced(&mut session).await?;
            let (outcome, _) = request.carry_out(&mut *session, &self.index.current().snapshot).await?;
            transaction::end(&mut session, Finish::Commit).await?;
            return Ok(outcome);
        }
        let state = transaction::begin_write(&mut session).await?;
        let snapshot = self.index.at(&mut *session, state.generation).await?;
        let (outcome, published) = request.carry_out(&mut *session, &snapshot).await?;
        transaction::commit_write(&mut session, &state).await?;
        if let Some(published) = published {
            self.index.publish(published);
        }
        Ok(outcome)
    }
}

impl MergerTask {
    pub(super) async fn run(self) {
        while !self.closing.is_cancelled() {
            match self.serve().await {
                Ok(()) | Err(Abandoned::Closing) => {}
                Err(Abandoned::Failed(Some(error))) => {
                    tracing::warn!(%error, "the merger of the keyword index stopped")
                }
                Err(Abandoned::Failed(None)) => tracing::error!("a merge of the keyword index panicked"),
            }
            tokio::select! {
                () = self.closing.cancelled() => {}
                () = sleep(PAUSE) => {}
            }
        }
    }

    /// Becomes the merger once the lock is free, and merges until something fails.
    async fn serve(&self) -> Result<(), Abandoned> {
        let mut session = self.connector.connect(Purpose::Merge).await?;
        while !try_lock(&mut session).await? {
            tokio::select! {
                () = self.closing.cancelled() => {
                    close(session).await;
                    return Ok(());
                }
                () = sleep(PAUSE) => {}
            }
        }
        tracing::info!("this instance merges the keyword index");
        let mut reader = self.connector.connect(Purpose::Read).await?;
        let merger = Merger { index: &self.index, closing: &self.closing, session: Mutex::new(session) };
        let done = tokio::select! {
            done = self.merge(&merger, &mut reader) => done,
            lost = merger.keep_alive() => Err(Abandoned::from(lost)),
            never = keep_vacuumed(&self.connector) => match never {},
        };
        close(reader).await;
        // Frees the lock at once, so that another instance need not wait.
        close(merger.session.into_inner()).await;
        done
    }

    async fn merge(&self, merger: &Merger<'_>, reader: &mut PgConnection) -> Result<(), Abandoned> {
        let mut changes = self.index.subscribe();
        let mut schedule = PurgeSchedule::new(Instant::now().into_std());
        // The earlier merger may have replaced segments since this instance last looked.
        load_committed(&self.index, reader).await?;
        // Cleans up after a merger that did not finish.
        remove_unused(merger, reader, true).await?;
        loop {
            let mut due = schedule.due(Instant::now().into_std(), &self.index.current().snapshot);
            while let Some(inputs) = due.next(&self.index.current().snapshot) {
                let began = self.index.merge_metrics.begin();
                merge_segments(merger, reader, &self.index.context, inputs).await?;
                self.index.merge_metrics.note_merged(began);
            }
            self.index.merge_metrics.note_none_due();
            tokio::select! {
                () = self.closing.cancelled() => return Ok(()),
                changed = changes.changed() => if changed.is_err() { return Ok(()) },
                () = sleep_until(Instant::from_std(schedule.next_at())) => {}
            }
        }
    }
}

impl Merger<'_> {
    /// Shows the database that this instance is alive; returns when the session is lost.
    async fn keep_alive(&self) -> PostgresError {
        loop {
            sleep(HEARTBEAT).await;
            let alive = sqlx::raw_sql("SELECT 1").execute(&mut *self.session.lock().await).await;
            if let Err(error) = alive {
                return error.into();
            }
        }
    }
}

pub(super) async fn try_lock(session: &mut PgConnection) -> Result<bool, PostgresError> {
    let sql = "SELECT pg_try_advisory_lock(hashtextextended('articled merger ' || current_schema(), 0))";
    Ok(sqlx::query_scalar(sql).fetch_one(session).await?)
}
