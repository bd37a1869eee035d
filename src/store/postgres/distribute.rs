//! Distributes a store's articles over the servers of a Citus database.

use sqlx::postgres::PgConnection;

use crate::store::postgres::error::PostgresError;
use crate::store::postgres::merge_task;
use crate::store::postgres::refusal::Refusal;
use crate::store::postgres::transaction::{self, Finish};

/// Whether the articles are distributed.
pub(super) async fn is_sharded(connection: &mut PgConnection) -> Result<bool, PostgresError> {
    Ok(sqlx::query_scalar("SELECT is_sharded FROM store_state").fetch_one(connection).await?)
}

/// Distributes the tables, with what is in them, in one transaction. Does nothing if that has been done.
pub(super) async fn distribute(connection: &mut PgConnection) -> Result<(), Refusal> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')";
    let has_citus: bool = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
    if !has_citus {
        return Err(Refusal::Other(
            "the database has no Citus: run CREATE EXTENSION citus on each server first".to_owned(),
        ));
    }
    // Held to the end of the transaction, so that no instance writes meanwhile.
    transaction::begin_write(connection).await?;
    if is_sharded(connection).await? {
        transaction::end(connection, Finish::RollBack).await?;
        return Ok(());
    }
    // An instance that runs would go on reading as from one server. One of them merges.
    if !merge_task::try_lock(connection).await? {
        return Err(Refusal::Other("an instance is running: stop all instances first".to_owned()));
    }
    sqlx::raw_sql(include_str!("queries/distribute.sql")).execute(&mut *connection).await?;
    transaction::end(connection, Finish::Commit).await?;
    Ok(())
}
