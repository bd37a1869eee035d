//! The writer task and its queue.
//!
//! The writer owns its connection, commits all waiting writes as one group, and returns their results when the group is
//! durable. A queued write is carried out even if its caller is dropped. A connection is discarded after an error, because
//! after some errors SQLite has rolled back while sqlx still counts a transaction, and every later one would fail.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::article::Timestamp;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::background::Background;
use crate::keyword_index::{IndexChanges, MergeOutcome, MergeRequest};
use crate::metrics::Registry;
use crate::store::apply::{BatchLookup, Session, WaitingRows, apply};
use crate::store::article_cache::ArticleCache;
use crate::store::index::{Building, Index};
use crate::store::sqlite::connect::{PAGE_BYTES, Role, connect};
use crate::store::sqlite::disk_probe::DiskProbe;
use crate::store::sqlite::duplicates::keys::{KeyMigrator, MoveRule};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed::{self, Feed};
use crate::store::sqlite::index::{self, MergeTask, QueuedRequest, RequestFailed};
use crate::store::sqlite::maintenance::checkpoint::{Checkpointer, LogMeter, Mode, Moved, checkpoint};
use crate::store::sqlite::maintenance::free_pages::{PAGES_AT_ONCE, give_back};
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::store::sqlite::write::disk_health::{DiskHealth, probe};
use crate::store::text_form::TextForm;
use crate::store::write_queue::{Job, QueueStats, WriteQueue, answer, closing, group};
use crate::store::writer_metrics::WriterMetrics;
use crate::store::{StoreError, Write, Written};

/// What an article writes to the WAL in addition to its texts, in bytes: in a large store its entries in randomly ordered
/// indexes are each on a page of their own, and articles of a group share few of these pages.
const SCATTERED_BYTES: usize = 3 * (16 << 10);

/// How long callers wait, between two groups, for merges that are behind.
const CATCH_UP_TIME: Duration = Duration::from_millis(50);

/// The number of attempts to restart a long WAL after a group. Each waits up to 0.1 s for readers. Limited, because a backup
/// reads for minutes and must not stop all writes.
const MAX_RESTARTS: usize = 4;

/// How long the writer waits for a background checkpoint while the WAL is long, and how often it polls: writing faster than
/// the disk checkpoints would only make the WAL longer.
const CHECKPOINT_PATIENCE: Duration = Duration::from_secs(5);
const CHECKPOINT_PAUSE: Duration = Duration::from_millis(10);

/// How long the writer has nothing to do before it gives free pages back, and its pause between two steps.
const IDLE_TIME: Duration = Duration::from_millis(500);
const IDLE_PAUSE: Duration = Duration::from_millis(10);

/// How long closing gives free pages back.
const CLOSING_TIME: Duration = Duration::from_millis(500);

/// The interval at which opening a connection is retried.
const REOPEN_PAUSE: Duration = Duration::from_secs(1);

/// The state of readers that the writer updates.
pub(crate) struct ReaderState {
    pub index: Arc<Index>,
    pub feed: Arc<Feed>,
    pub article_cache: Arc<ArticleCache>,
}

pub(crate) struct Writer {
    queue: WriteQueue,
    closing: CancellationToken,
    health: Arc<DiskHealth>,
    /// The writer, the merge task and the checkpoint task.
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// The runtime of the tasks.
    _background: Background,
}

/// The options of a writer.
pub(crate) struct WriterLimits {
    pub keep_deletions: u64,
    pub move_rule: MoveRule,
}

impl Writer {
    pub(crate) async fn start(
        background: Background,
        path: PathBuf,
        connection: SqliteConnection,
        state: ReaderState,
        limits: WriterLimits,
        metrics: &Registry,
    ) -> Result<Self, SqliteError> {
        let WriterLimits { keep_deletions, move_rule } = limits;
        let ReaderState { index, feed, article_cache } = state;
        let open = OpenConnection::new(connection, move_rule).await?;
        let (queue, jobs) = WriteQueue::new(TextForm::Packed);
        let (merge_sender, merge_requests) = mpsc::channel(1);
        let closing = CancellationToken::new();
        let health = Arc::new(DiskHealth::default());
        let (checkpoint_requested, reported_wal_bytes) = (Arc::new(Notify::new()), Arc::default());
        let checkpointer = Checkpointer {
            path: path.clone(),
            checkpoint_requested: Arc::clone(&checkpoint_requested),
            reported_wal_bytes: Arc::clone(&reported_wal_bytes),
            health: Arc::clone(&health),
            closing: closing.clone(),
            _writer: merge_sender.clone(),
        };
        let merge_task =
            MergeTask { index: Arc::clone(&index), path: path.clone(), writer: merge_sender, closing: closing.clone() };
        let task = WriterTask {
            disk: DiskProbe::new(path.clone()),
            path,
            index,
            feed,
            article_cache,
            keep_deletions,
            move_rule,
            jobs,
            merge_requests,
            closing: closing.clone(),
            health: Arc::clone(&health),
            open: Some(open),
            owes_checkpoint: false,
            has_free_pages: true,
            metrics: Arc::new(WriterMetrics::new(metrics)),
            log: LogMeter::new(checkpoint_requested, reported_wal_bytes),
        };
        let Background { handle, .. } = &background;
        let tasks = vec![handle.spawn(task.run()), handle.spawn(merge_task.run()), handle.spawn(checkpointer.run())];
        Ok(Self { queue, closing, health, tasks: Mutex::new(tasks), _background: background })
    }

    pub(crate) async fn write(&self, write: Write, dry_run: bool, now: Timestamp) -> Result<Written, StoreError> {
        self.queue.write(write, dry_run, now).await
    }

    pub(crate) fn queue_stats(&self) -> QueueStats {
        self.queue.stats()
    }

    #[cfg(test)]
    pub(crate) fn health(&self) -> &DiskHealth {
        &self.health
    }

    pub(crate) fn ping(&self) -> Result<(), StoreError> {
        if self.health.has_failed() || self.queue.is_closed() {
            return Err(StoreError::Unavailable("writes fail".to_owned()));
        }
        Ok(())
    }

    /// Stops accepting writes, and waits until all accepted ones are written.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "the writer task failed");
            }
        }
    }
}

/// An open connection, with the next article id and the next change number.
struct OpenConnection {
    connection: SqliteConnection,
    next_id: i64,
    next_seq: i64,
    keys: KeyMigrator,
}

impl OpenConnection {
    /// Prepares a new connection for writes.
    async fn new(mut connection: SqliteConnection, move_rule: MoveRule) -> Result<Self, SqliteError> {
        let next_id = next_id(&mut connection).await?;
        let next_seq = feed::next_seq(&mut connection).await?;
        let keys = KeyMigrator::open(&mut connection, move_rule).await?;
        Ok(Self { connection, next_id, next_seq, keys })
    }
}

struct WriterTask {
    path: PathBuf,
    index: Arc<Index>,
    feed: Arc<Feed>,
    article_cache: Arc<ArticleCache>,
    keep_deletions: u64,
    move_rule: MoveRule,
    jobs: mpsc::Receiver<Job>,
    /// Requests of the merge task, which alternate with groups.
    merge_requests: mpsc::Receiver<QueuedRequest>,
    closing: CancellationToken,
    disk: DiskProbe,
    health: Arc<DiskHealth>,
    open: Option<OpenConnection>,
    /// The WAL still contains deleted text.
    owes_checkpoint: bool,
    /// There may be more free pages than the next writes need.
    has_free_pages: bool,
    log: LogMeter,
    metrics: Arc<WriterMetrics>,
}

impl WriterTask {
    async fn run(mut self) {
        let mut is_closing = false;
        let health = Arc::clone(&self.health);
        let mut retry_at = Instant::now();
        let mut idle_at = Instant::now() + IDLE_TIME;
        loop {
            let job = tokio::select! {
                job = self.jobs.recv() => job,
                Some(request) = self.merge_requests.recv() => {
                    self.merge(request).await;
                    idle_at = Instant::now() + IDLE_TIME;
                    continue;
                }
                () = self.closing.cancelled(), if !is_closing => {
                    is_closing = true;
                    self.jobs.close();
                    continue;
                }
                // At a fixed time, so that traffic does not delay it.
                () = tokio::time::sleep_until(retry_at), if self.needs_recovery() => {
                    self.recover().await;
                    retry_at = Instant::now() + REOPEN_PAUSE;
                    continue;
                }
                () = tokio::time::sleep_until(idle_at), if self.has_free_pages && self.open.is_some() => {
                    self.give_back().await;
                    idle_at = Instant::now() + IDLE_PAUSE;
                    continue;
                }
                // A write of another task failed: the branch above applies from now on.
                () = health.wait_for(true), if !health.has_failed() => continue,
            };
            let Some(job) = job else { break };
            let group = group(job, &mut self.jobs);
            self.write_group(group).await;
            self.catch_up().await;
            idle_at = Instant::now() + IDLE_TIME;
        }
        // The merge task closes its connection before this one, the last, which then empties the log.
        self.closing.cancel();
        while self.merge_requests.recv().await.is_some() {}
        let until = Instant::now() + CLOSING_TIME;
        while self.has_free_pages && self.open.is_some() && Instant::now() < until {
            self.give_back().await;
        }
        if let Some(OpenConnection { connection, .. }) = self.open.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "closing the writing connection failed");
        }
    }

    /// Lets merges catch up, so that queries do not search a growing number of segments.
    async fn catch_up(&mut self) {
        let until = Instant::now() + CATCH_UP_TIME;
        while self.index.is_behind()
            && let Ok(Some(request)) = timeout_at(until, self.merge_requests.recv()).await
        {
            self.merge(request).await;
        }
    }

    /// Executes one request of the merge task.
    async fn merge(&mut self, QueuedRequest { request, answer }: QueuedRequest) {
        let outcome = self.try_merge(request).await;
        // The merge task may have ended.
        let _ = answer.send(outcome);
    }

    async fn try_merge(&mut self, request: MergeRequest) -> Result<MergeOutcome, RequestFailed> {
        let bytes = index::log_bytes(&request);
        let index = Arc::clone(&self.index);
        let open = self.reopened().await.map_err(|_| RequestFailed)?;
        match index::carry_out(&mut open.connection, &index, request).await {
            Ok(outcome) => {
                self.owes_checkpoint |= matches!(outcome, MergeOutcome::Purged);
                self.has_free_pages = true;
                self.logged(bytes).await;
                Ok(outcome)
            }
            Err(fault) => {
                self.health.note(&fault);
                tracing::error!(%fault, "a merge of the keyword index could not be written");
                self.discard().await;
                let _ = self.reopened().await;
                Err(RequestFailed)
            }
        }
    }

    async fn write_group(&mut self, group: Vec<Job>) {
        let (dry, wet): (Vec<Job>, Vec<Job>) = group.into_iter().partition(|job| job.dry_run);
        if !wet.is_empty() {
            let outcomes = self.transact(&wet, End::Commit).await;
            let bytes = wet.iter().map(|job| job.bytes + SCATTERED_BYTES).sum();
            answer(wet, outcomes);
            self.logged(bytes).await;
        }
        // One transaction each, because a dry run must not see what another would have written.
        for job in dry {
            let outcomes = self.transact(std::slice::from_ref(&job), End::RollBack).await;
            answer(vec![job], outcomes);
        }
        if self.owes_checkpoint {
            self.checkpoint().await;
        }
    }

    /// Counts the written bytes, and restarts the WAL when it is long.
    async fn logged(&mut self, bytes: usize) {
        self.log.add(bytes);
        if !self.log.wants_restart() {
            return;
        }
        let patience = Instant::now() + CHECKPOINT_PATIENCE;
        let mut tries = 0;
        while tries < MAX_RESTARTS && Instant::now() < patience {
            let Some(open) = self.open.as_mut() else { return };
            match checkpoint(&mut open.connection, Mode::Restart).await {
                Ok(moved) => {
                    self.log.restarted(moved == Moved::All);
                    match moved {
                        Moved::All => return,
                        _ if !self.log.is_long() => return,
                        Moved::UnderWay => tokio::time::sleep(CHECKPOINT_PAUSE).await,
                        Moved::ReadersStay => tries += 1,
                    }
                }
                Err(fault) => {
                    self.health.note(&fault);
                    tracing::warn!(%fault, "cannot restart the WAL");
                    self.log.restarted(false);
                    if fault.poisons_connection() {
                        self.discard().await;
                    }
                    return;
                }
            }
        }
    }

    /// Gives some free pages back.
    async fn give_back(&mut self) {
        let Some(open) = self.open.as_mut() else { return };
        match give_back(&mut open.connection).await {
            Ok(has_more) => {
                self.has_free_pages = has_more;
                if has_more {
                    // Each one that is given back, and the one that was moved to its place.
                    self.logged(2 * PAGES_AT_ONCE as usize * PAGE_BYTES as usize).await;
                }
            }
            Err(fault) => {
                self.has_free_pages = false;
                self.health.note(&fault);
                tracing::warn!(%fault, "free pages cannot be given back");
                if fault.poisons_connection() {
                    self.discard().await;
                }
            }
        }
    }

    /// Applies a group in one transaction. If that fails, none of it is written.
    async fn transact(&mut self, jobs: &[Job], end: End) -> Result<Vec<Result<Written, SqliteError>>, StoreError> {
        let index = Arc::clone(&self.index);
        let keep_deletions = self.keep_deletions;
        let (feed, article_cache) = (Arc::clone(&self.feed), Arc::clone(&self.article_cache));
        let metrics = Arc::clone(&self.metrics);
        let open = self.reopened().await?;
        let (next_id, next_seq) = (open.next_id, open.next_seq);
        let began = Instant::now();
        let outcomes = carry_out(open, &index, &article_cache, jobs, end, keep_deletions, &metrics).await;
        match outcomes {
            Ok(outcomes) => {
                if end == End::RollBack {
                    (open.next_id, open.next_seq) = (next_id, next_seq);
                } else {
                    metrics.commit_duration.record(began.elapsed());
                    metrics.group_writes.record(jobs.len() as f64);
                    // Before the results are sent, as documented for the feed's end.
                    feed.advance(last_seq(open));
                    if outcomes.iter().any(|outcome| matches!(outcome, Ok(Written::Deleted))) {
                        self.owes_checkpoint = true;
                    }
                }
                Ok(outcomes)
            }
            Err(fault) => {
                self.health.note(&fault);
                metrics.failed_groups.increment(1);
                tracing::error!(%fault, writes = jobs.len(), "a group of writes failed");
                self.discard().await;
                // Usually succeeds immediately, so that a full disk does not make the store unhealthy.
                let _ = self.reopened().await;
                Err(self.disk.error_of(fault).await)
            }
        }
    }

    async fn reopened(&mut self) -> Result<&mut OpenConnection, StoreError> {
        if self.open.is_none() {
            match reopen(&self.path, &self.index, self.move_rule).await {
                Ok(open) => {
                    // A commit that returned an error may still have been made.
                    self.feed.advance(last_seq(&open));
                    self.open = Some(open);
                }
                Err(fault) => {
                    self.health.fail();
                    return Err(StoreError::Unavailable(fault.to_string()));
                }
            }
        }
        self.open.as_mut().ok_or_else(closing)
    }

    async fn discard(&mut self) {
        if let Some(open) = self.open.take() {
            // Closing rolls back; a further error adds nothing.
            let _ = open.connection.close().await;
        }
    }

    fn needs_recovery(&self) -> bool {
        self.open.is_none() || self.owes_checkpoint || self.health.has_failed()
    }

    async fn recover(&mut self) {
        if self.reopened().await.is_err() {
            return;
        }
        if self.health.has_failed() {
            self.probe().await;
        }
        if self.owes_checkpoint {
            self.checkpoint().await;
        }
    }

    async fn probe(&mut self) {
        let Some(open) = self.open.as_mut() else { return };
        match probe(&mut open.connection).await {
            Ok(()) => self.health.recover(),
            // A full disk is not a failed disk.
            Err(fault) if !fault.is_io() => self.health.recover(),
            Err(fault) => {
                tracing::warn!(%fault, "a probe write failed");
                self.discard().await;
            }
        }
    }

    /// Checkpoints and truncates the WAL, so that deleted text is in neither file. Does not wait for readers: if one still
    /// uses an older state, this is retried later.
    async fn checkpoint(&mut self) {
        let Some(open) = self.open.as_mut() else { return };
        match checkpoint(&mut open.connection, Mode::Truncate).await {
            Ok(moved) => {
                self.owes_checkpoint = moved != Moved::All;
                self.log.restarted(moved == Moved::All);
            }
            Err(fault) => {
                self.health.note(&fault);
                tracing::warn!(%fault, "a checkpoint failed");
                if fault.poisons_connection() {
                    self.discard().await;
                }
            }
        }
    }
}

async fn reopen(path: &std::path::Path, index: &Index, move_rule: MoveRule) -> Result<OpenConnection, SqliteError> {
    let mut connection = connect(path, Role::Write).await?;
    // The outcome of a failed commit is unknown.
    index.reload(&mut connection).await?;
    OpenConnection::new(connection, move_rule).await
}

fn last_seq(open: &OpenConnection) -> u64 {
    u64::try_from(open.next_seq - 1).unwrap_or_default()
}

async fn next_id(connection: &mut SqliteConnection) -> Result<i64, SqliteError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM article").fetch_one(connection).await?)
}

async fn carry_out(
    open: &mut OpenConnection,
    index: &Index,
    article_cache: &ArticleCache,
    jobs: &[Job],
    end: End,
    keep_deletions: u64,
    metrics: &WriterMetrics,
) -> Result<Vec<Result<Written, SqliteError>>, SqliteError> {
    let OpenConnection { connection, next_id, next_seq, keys } = open;
    let mut session = Session {
        next_id: *next_id,
        next_seq: *next_seq,
        has_deleted: false,
        changes: IndexChanges::default(),
        changed: Vec::new(),
        lookup: BatchLookup::default(),
        rows: WaitingRows::default(),
    };
    transaction::begin(connection, Begin::Write).await?;
    session.lookup = BatchLookup::of(connection, &jobs.iter().map(|job| &job.write).collect::<Vec<_>>()).await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        match apply(connection, &mut session, &job.write, job.now).await {
            Ok(written) => outcomes.push(Ok(written)),
            // A damaged row fails only its own write, because it was read before anything was written.
            Err(fault @ SqliteError::Row { .. }) => outcomes.push(Err(fault)),
            Err(fault) => return Err(fault),
        }
    }
    let added = u64::try_from(session.next_id - *next_id).unwrap_or_default();
    (*next_id, *next_seq) = (session.next_id, session.next_seq);
    // Concurrently with writing the rows.
    let snapshot = index.current().snapshot;
    let built = (end == End::Commit)
        .then(|| Building::begin(session.changes, index, &snapshot, || index.context.new_segment()));
    session.rows.write(connection).await?;
    if session.has_deleted {
        feed::forget(connection, session.next_seq - 1, keep_deletions).await?;
    }
    let mut published = None;
    if let Some(built) = built {
        keys.advance(connection, added, session.next_id - 1).await?;
        published = built.write(connection, index, &snapshot).await?;
    }
    let commit = article_cache.begin_commit(&session.changed);
    let began = Instant::now();
    transaction::end(connection, end).await?;
    drop(commit);
    if end == End::Commit {
        metrics.sync_duration.record(began.elapsed());
    }
    // Before the results are sent, so that callers can read their own writes.
    if let Some(published) = published {
        index.publish(published);
    }
    Ok(outcomes)
}
