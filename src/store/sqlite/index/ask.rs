//! A question to the engine, with the blocks that it asks for fetched on the way.

use sqlx::SqliteConnection;

use super::{Index, tables};
use crate::keyword_index::{Hit, Search, Step};
use crate::store::sqlite::error::SqliteError;

/// What the next step of a question came to.
pub(in crate::store::sqlite) enum Asked {
    Hit(Hit),
    /// Much was looked at and nothing found yet.
    Paused,
    End,
}

/// Goes on to the next hit, in the transaction that the question's snapshot belongs to.
pub(in crate::store::sqlite) async fn ask(
    connection: &mut SqliteConnection,
    index: &Index,
    search: &mut Search,
) -> Result<Asked, SqliteError> {
    loop {
        match search.next(&index.cache).map_err(tables::damage)? {
            Step::Hit(hit) => return Ok(Asked::Hit(hit)),
            Step::Paused => {
                tokio::task::yield_now().await;
                return Ok(Asked::Paused);
            }
            Step::End => return Ok(Asked::End),
            Step::Need(ids) => {
                for block in tables::read_blocks(connection, &ids).await? {
                    index.cache.put(block.clone());
                    search.supply(block);
                }
            }
        }
    }
}
