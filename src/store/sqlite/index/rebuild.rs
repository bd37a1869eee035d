//! The index and the folded texts made again from the articles, in the caller's transaction: for when they are damaged, or
//! texts are folded differently.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{Building, Index};
use crate::article::View;
use crate::keyword_index::{IndexChanges, IndexStorage, PairRule};
use crate::metrics::Registry;
use crate::query::FoldedFields;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::rows;

/// How many articles make a segment: as many as a commit of a fast import has. Merges do the rest once the store is open.
const BATCH: i64 = 500;

pub(in crate::store::sqlite) async fn rebuild(
    connection: &mut SqliteConnection,
    pair_rule: PairRule,
) -> Result<(), SqliteError> {
    // Its cache is used by no reader: it only gathers the segments.
    let index = Index::empty(connection.clear_index().await?, false, pair_rule, &Registry::off());
    let mut after = i64::MIN;
    loop {
        let (columns, joins) = (rows::columns(View::Full), rows::joins(View::Full));
        let sql = format!("SELECT {columns} FROM article AS a {joins} WHERE a.id > ?1 ORDER BY a.id LIMIT ?2");
        let batch = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(BATCH).fetch_all(&mut *connection).await?;
        let mut changes = IndexChanges::default();
        for row in &batch {
            after = row.try_get(0)?;
            let article = rows::read(row, 0, View::Full)?;
            let texts = Arc::new(FoldedFields::of(&article.content));
            folded::put(connection, after, &texts).await?;
            changes.put(after, article.effective_time().as_microsecond(), article.name.id(), &texts);
        }
        let Some(published) = Building::begin(changes, &index).write(connection, &index).await? else { break };
        index.publish(published);
    }
    Ok(())
}
