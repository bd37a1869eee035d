//! Begins and ends transactions, and reads the state that belongs to them.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;

row_struct! {
    struct LockedRow {
        generation: i64,
        last_id: i64,
        last_seq: i64,
        feed_id: i64,
        is_sharded: bool,
        timeline: String,
        timeline_now: String,
        transaction_id: String,
        next_segment: i64,
    }
}

/// The state of the store under the lock of the writer.
#[derive(Debug)]
pub(super) struct Locked {
    pub generation: i64,
    pub last_id: i64,
    pub last_seq: i64,
    pub feed_id: i64,
    is_sharded: bool,
    /// By which the outcome of a commit is found that was not answered.
    pub transaction_id: String,
    /// An unused id of a segment.
    pub next_segment: i64,
}

/// Begins a write transaction: waits for the lock of the writer, which every instance takes.
pub(super) async fn begin_write(connection: &mut PgConnection) -> Result<Locked, PostgresError> {
    loop {
        let row = sqlx::raw_sql(include_str!("queries/begin_write.sql")).fetch_one(&mut *connection).await?;
        let found = LockedRow::read(&row)?;
        let LockedRow { generation, last_id, last_seq, feed_id, is_sharded, timeline, timeline_now, .. } = found;
        let LockedRow { transaction_id, next_segment, .. } = found;
        if timeline == timeline_now {
            return Ok(Locked { generation, last_id, last_seq, feed_id, is_sharded, transaction_id, next_segment });
        }
        tracing::warn!(timeline, timeline_now, "the database was promoted or restored; watchers must list again");
        sqlx::raw_sql(include_str!("queries/new_timeline.sql")).execute(&mut *connection).await?;
        end(connection, Finish::Commit).await?;
    }
}

/// Takes the locks on tables that writes take, for a probe: somebody else may hold one of them.
pub(super) async fn lock_tables(connection: &mut PgConnection) -> Result<(), PostgresError> {
    let sql = "LOCK TABLE article, body, raw, folded, fingerprint_key, deleted, create_request, change, keyword_segment, \
               keyword_block, keyword_deletion IN ROW EXCLUSIVE MODE";
    sqlx::raw_sql(sql).execute(connection).await?;
    Ok(())
}

/// Begins a transaction for what no reader sees yet and a crash of the database may take: a later commit makes it durable too.
pub(super) async fn begin_unsynced(connection: &mut PgConnection) -> Result<(), PostgresError> {
    sqlx::raw_sql("BEGIN; SET LOCAL synchronous_commit = off").execute(connection).await?;
    Ok(())
}

/// Begins a transaction that reads one state, and returns the generation of the keyword index in it.
pub(super) async fn begin_read(connection: &mut PgConnection) -> Result<i64, PostgresError> {
    // LOCK takes no snapshot; the statement after it does.
    let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE commit_gate IN ACCESS SHARE MODE; \
               SELECT generation FROM store_state";
    let row = sqlx::raw_sql(sql).fetch_one(connection).await?;
    Ok(sqlx::Row::try_get(&row, "generation")?)
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Commit,
    /// It only read, or it is a dry run: its answers are wanted, its writes are not.
    RollBack,
}

pub(super) async fn end(connection: &mut PgConnection, end: Finish) -> Result<(), PostgresError> {
    let sql = match end {
        Finish::Commit => "COMMIT",
        Finish::RollBack => "ROLLBACK",
    };
    sqlx::raw_sql(sql).execute(connection).await?;
    Ok(())
}

/// Stores the last id and the last number of the feed, tells the other instances, and commits.
pub(super) async fn commit_write(connection: &mut PgConnection, state: &Locked) -> Result<(), PostgresError> {
    let Locked { last_id, last_seq, is_sharded, .. } = state;
    // PostgreSQL frees the lock after Citus has committed on every server.
    let gate = if *is_sharded { "LOCK TABLE commit_gate IN ACCESS EXCLUSIVE MODE; " } else { "" };
    let sql = format!(
        "UPDATE store_state SET last_id = {last_id}, last_seq = {last_seq}; \
         SELECT pg_notify('articled_' || current_schema(), ''); {gate}COMMIT"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// Whether a transaction whose commit was not answered was made; `None` while it is in progress.
pub(super) async fn outcome(
    connection: &mut PgConnection,
    transaction_id: &str,
) -> Result<Option<bool>, PostgresError> {
    let sql = "SELECT pg_xact_status($1::xid8)";
    let asked: Result<Option<String>, sqlx::Error> =
        sqlx::query_scalar(sql).bind(transaction_id).fetch_one(connection).await;
    match asked {
        Ok(status) => Ok(match status.as_deref() {
            Some("in progress") => None,
            status => Some(status == Some("committed")),
        }),
        // A promoted standby has not had that many transactions: it lacks this one.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("22023") => Ok(Some(false)),
        Err(error) => Err(error.into()),
    }
}
