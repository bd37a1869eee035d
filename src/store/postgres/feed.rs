//! The change feed: the end of it, its pages, and the expiry of deletions.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use tokio::sync::watch;

use crate::article::{ArticleName, View};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;
use crate::store::postgres::rows;
use crate::store::postgres::transaction::{self, Finish};
use crate::store::record::BadRecord;
use crate::store::search::{FoundArticle, max_batch};
use crate::store::{Change, ChangeKind, Changes, FeedLimit, FeedPosition};

/// The end of the feed, for watchers that wait for changes.
pub(super) struct FeedEnd(watch::Sender<FeedPosition>);

impl FeedEnd {
    pub(super) fn new(position: FeedPosition) -> Self {
        Self(watch::Sender::new(position))
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<FeedPosition> {
        self.0.subscribe()
    }

    /// Publishes that everything up to a position is committed.
    pub(super) fn advance(&self, position: FeedPosition) {
        self.0.send_if_modified(|end| {
            let has_moved = position.feed != end.feed || position.seq > end.seq;
            if has_moved {
                *end = position;
            }
            has_moved
        });
    }
}

row_struct! {
    struct FeedStateRow {
        generation: i64,
        feed_id: i64,
        forgotten_seq: i64,
        last_seq: i64,
    }
}

/// The committed state of the feed and of the keyword index.
pub(super) struct StoreVersion {
    pub generation: i64,
    pub end: FeedPosition,
    forgotten_seq: u64,
}

impl StoreVersion {
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, PostgresError> {
        let sql = "SELECT generation, feed_id, forgotten_seq, last_seq FROM store_state";
        let row = sqlx::query(sql).fetch_one(connection).await?;
        let FeedStateRow { generation, feed_id, forgotten_seq, last_seq } = FeedStateRow::read(&row)?;
        let end = FeedPosition { feed: feed_id.cast_unsigned(), seq: last_seq.cast_unsigned() };
        Ok(Self { generation, end, forgotten_seq: forgotten_seq.cast_unsigned() })
    }
}

/// Expires the deletions that are followed by more than `keep` changes.
pub(super) async fn forget(connection: &mut PgConnection, last_seq: i64, keep: u64) -> Result<(), PostgresError> {
    let bound = last_seq.saturating_sub(i64::try_from(keep).unwrap_or(i64::MAX));
    let sql = "SELECT max(seq) FROM change WHERE is_deletion AND seq < $1";
    let newest: Option<i64> = sqlx::query_scalar(sql).bind(bound).fetch_one(&mut *connection).await?;
    let Some(newest) = newest else { return Ok(()) };
    sqlx::query("UPDATE store_state SET forgotten_seq = $1").bind(newest).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM change WHERE is_deletion AND seq <= $1").bind(newest).execute(connection).await?;
    Ok(())
}

row_struct! {
    struct ChangeRow {
        seq: i64,
        name: String,
        is_deletion: bool,
    }
}

pub(super) async fn changes(
    connection: &mut PgConnection,
    after: FeedPosition,
    limit: FeedLimit,
    view: View,
) -> Result<Option<Changes>, PostgresError> {
    let view = view.min(View::Full);
    let limit = FeedLimit { changes: limit.changes.min(max_batch(view)), ..limit };
    transaction::begin_read(connection).await?;
    let found = sqlx::query(include_str!("queries/changes.sql"))
        .bind(i64::try_from(after.seq).unwrap_or(i64::MAX))
        .bind(i64::try_from(limit.changes).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await?;
    let found = found.iter().map(ChangeRow::read).collect::<Result<Vec<_>, _>>()?;
    let upserted: Vec<&str> = found.iter().filter(|row| !row.is_deletion).map(|row| row.name.as_str()).collect();
    let mut articles = HashMap::with_capacity(upserted.len());
    for FoundArticle { id, cursor, article } in rows::by_name(connection, &upserted, view).await? {
        let article = article?.decode().map_err(|bad| PostgresError::row("article", id, &bad))?;
        articles.insert(cursor.name, article);
    }
    let StoreVersion { end, forgotten_seq, .. } = StoreVersion::read(connection).await?;
    transaction::end(connection, Finish::RollBack).await?;
    if after.feed != end.feed || after.seq < forgotten_seq || after.seq > end.seq {
        return Ok(None);
    }
    let mut changes = Vec::with_capacity(found.len());
    for ChangeRow { seq, name, is_deletion } in found {
        let name = ArticleName::from_id(&name);
        let name = name.map_err(|_| PostgresError::row("change", seq, &BadRecord::Field("name")))?;
        let kind = if is_deletion {
            ChangeKind::Deleted(name)
        } else {
            let article = articles.remove(&name);
            let missing = || PostgresError::damaged("change", seq, "it names an article that is not there");
            ChangeKind::Upserted(Box::new(article.ok_or_else(missing)?))
        };
        changes.push(Change { seq: seq.cast_unsigned(), kind });
    }
    let is_end = changes.len() < limit.changes;
    Ok(Some(Changes::cut(changes, is_end, limit)))
}

/// Finds articles that are missing in the feed, and changes of articles that do not exist.
pub(super) async fn check(connection: &mut PgConnection, faults: &mut Vec<String>) -> Result<(), PostgresError> {
    for (what, sql) in [
        ("articles are not in the feed", include_str!("queries/check_unfed_articles.sql")),
        ("changes are of no article", include_str!("queries/check_lost_changes.sql")),
    ] {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
        if count > 0 {
            faults.push(format!("feed: {count} {what}"));
        }
    }
    Ok(())
}
