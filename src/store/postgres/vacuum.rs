//! Keeps the dead rows of the keyword index below its live ones, as merges rewrite that table again and again.
//!
//! Autovacuum looks at a database once a minute (`autovacuum_naptime`), in which an import leaves several times as many dead rows
//! as there are live ones. The merger looks more often. A role that does not own the table may not do this, and leaves it to
//! autovacuum.

use std::convert::Infallible;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::time::sleep;

use crate::store::postgres::connect::{Connector, Purpose, close};
use crate::store::postgres::error::PostgresError;

/// How often dead rows are counted.
const PAUSE: Duration = Duration::from_secs(5);

/// Vacuums while this instance is the merger.
pub(super) async fn keep_vacuumed(connector: &Connector) -> Infallible {
    loop {
        if let Err(error) = vacuum(connector).await {
            tracing::warn!(%error, "dead rows of the keyword index were not removed");
        }
        sleep(PAUSE).await;
    }
}

async fn vacuum(connector: &Connector) -> Result<(), PostgresError> {
    let mut connection = connector.connect(Purpose::Maintain).await?;
    if !may_vacuum(&mut connection).await? {
        tracing::info!("this role does not own the keyword index, so autovacuum alone removes its dead rows");
        close(connection).await;
        return std::future::pending().await;
    }
    loop {
        sleep(PAUSE).await;
        let is_due: bool =
            sqlx::query_scalar(include_str!("queries/vacuum_is_due.sql")).fetch_one(&mut connection).await?;
        if is_due {
            // Giving pages back to the file system would lock the table, and an import needs them again.
            sqlx::raw_sql("VACUUM (TRUNCATE false) keyword_block").execute(&mut connection).await?;
        }
    }
}

async fn may_vacuum(connection: &mut PgConnection) -> Result<bool, PostgresError> {
    let sql = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'keyword_block'::regclass";
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}
