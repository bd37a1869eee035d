//! Reads the change feed. `sqlite/feed` writes it.

use rusqlite::{Row, params};

use crate::article::{ArticleName, View};
use crate::query::OrderKey;
use crate::store::record::BadRecord;
use crate::store::search::list::decode;
use crate::store::search::max_batch;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::feed::{FEED_STATE, FeedState};
use crate::store::sqlite::read::articles::{ArticleRows, columns};
use crate::store::sqlite::read::connection::{ReadConnection, collect, columns_struct};
use crate::store::sqlite::read::readers::Read;
use crate::store::sqlite::rows::joins;
use crate::store::{Change, ChangeKind, Changes, FeedLimit, FeedPosition};

columns_struct! {
    /// What `changes.sql` answers in addition to the columns of the article.
    struct ChangeColumns<'r> at ChangeColumnsAt {
        seq: i64,
        deleted_name: Option<&'r str>,
        id: Option<i64>,
    }
}

/// The changes after a position. `None` if the feed no longer has all of them.
pub(crate) struct ChangesRead {
    pub after: FeedPosition,
    pub limit: FeedLimit,
    pub view: View,
}

impl Read for ChangesRead {
    type Found = Option<Changes>;

    async fn run(self, connection: &mut ReadConnection) -> Result<Self::Found, SqliteError> {
        let Self { after, limit, view } = self;
        let view = view.min(View::Full);
        let limit = FeedLimit { changes: limit.changes.min(max_batch(view)), ..limit };
        let changes = read_changes(connection, after, limit, view)?;
        // Checked last, so that deletions that expired while the changes were read are detected.
        let state = read_state(connection)?;
        if after.feed != state.feed || after.seq < state.forgotten_seq || after.seq > state.last_seq {
            return Ok(None);
        }
        let is_end = changes.len() < limit.changes;
        Ok(Some(Changes::cut(changes, is_end, limit)))
    }
}

fn read_changes(
    connection: &ReadConnection,
    after: FeedPosition,
    limit: FeedLimit,
    view: View,
) -> Result<Vec<Change>, SqliteError> {
    let (columns, joins) = (columns(view, OrderKey::EffectiveTime), joins(view));
    let sql = format!(include_str!("../queries/changes.sql"), columns = columns, joins = joins);
    let mut statement = connection.statement(&sql)?;
    let (columns, articles) = (ChangeColumnsAt::of(&statement)?, ArticleRows::of(&statement, view)?);
    let after = i64::try_from(after.seq).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit.changes).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![after, limit])?;
    collect(&mut rows, |row| {
        let ChangeColumns { seq, deleted_name, id } = columns.read(row)?;
        let kind = match (deleted_name, id) {
            (Some(name), _) => {
                let name = ArticleName::from_id(name);
                ChangeKind::Deleted(name.map_err(|_| SqliteError::row("change", seq, &BadRecord::Field("name")))?)
            }
            (None, Some(id)) => ChangeKind::Upserted(Box::new(decode(id, &articles.read(row)?.article?)?)),
            (None, None) => {
                let reason = "it names an article that is not there".to_owned();
                return Err(SqliteError::Row { table: "change", id: seq, reason });
            }
        };
        Ok(Change { seq: seq.cast_unsigned(), kind })
    })
}

fn read_state(connection: &ReadConnection) -> Result<FeedState, SqliteError> {
    let number = |row: &Row<'_>, column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let state = connection.statement(FEED_STATE)?.query_row([], |row| {
        Ok(FeedState {
            feed: number(row, "feed_id")?,
            forgotten_seq: number(row, "forgotten_seq")?,
            last_seq: number(row, "last_seq")?,
        })
    });
    Ok(state?)
}
