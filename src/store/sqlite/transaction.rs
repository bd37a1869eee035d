//! Begins and ends transactions.

use sqlx::SqliteConnection;

use crate::store::sqlite::error::SqliteError;

/// The kind of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// A read transaction: the first statement takes the snapshot for all its reads.
    Read,
    /// A write transaction, which takes the write lock immediately: upgrading later would fail if another one wrote in
    /// between.
    Write,
    /// The same, for what no reader sees yet and a power cut may take: a later commit that syncs makes it durable too.
    /// Must end in [`End::CommitUnsynced`], or the connection must be closed.
    WriteUnsynced,
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Commit,
    CommitUnsynced,
    /// It only read, or it is a dry run: its answers are wanted, its writes are not.
    RollBack,
}

pub(super) async fn begin(connection: &mut SqliteConnection, begin: Begin) -> Result<(), SqliteError> {
    let sql = match begin {
        Begin::Read => "BEGIN",
        Begin::Write => "BEGIN IMMEDIATE",
        Begin::WriteUnsynced => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
    };
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

pub(super) async fn end(connection: &mut SqliteConnection, end: End) -> Result<(), SqliteError> {
    let sql = match end {
        End::Commit => "COMMIT",
        End::CommitUnsynced => "COMMIT; PRAGMA synchronous = FULL",
        End::RollBack => "ROLLBACK",
    };
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}
