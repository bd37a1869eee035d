//! The statements of List and Filter: [`SearchStorage`] for PostgreSQL.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use crate::article::{Article, View};
use crate::query::{Cursor, FoldedFields, KeywordFilter, Order, OrderKey};
use crate::store::checksums::checksum;
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;
use crate::store::postgres::rows;
use crate::store::postgres::transaction::{self, Finish};
use crate::store::search::{Condition, FoundArticle, SearchStorage, Walk, key_column};

/// The number of folded texts that a statement reads. A text has at most 1 MiB, and usually 3 KB.
const FOLDED_AT_ONCE: usize = 128;

row_struct! {
    struct FoldedRow<'r> {
        id: i64,
        texts: &'r [u8],
        texts_xxh3: i64,
    }
}

impl SearchStorage for PgConnection {
    async fn begin_reading(&mut self) -> Result<i64, PostgresError> {
        transaction::begin_read(self).await
    }

    async fn end_reading(&mut self) -> Result<(), PostgresError> {
        transaction::end(self, Finish::RollBack).await
    }

    async fn generation(&mut self) -> Result<i64, PostgresError> {
        Ok(sqlx::query_scalar("SELECT generation FROM store_state").fetch_one(self).await?)
    }

    async fn ids_of(&mut self, condition: Condition<'_>, limit: usize) -> Result<Vec<i64>, PostgresError> {
        let select = |condition: &str| AssertSqlSafe(format!("SELECT id FROM article WHERE {condition} LIMIT {limit}"));
        let query = match condition {
            Condition::Name(name) => sqlx::query_scalar(select("name = $1")).bind(name.id().to_owned()),
            Condition::DuplicateOf(name) => {
                let sql = select("original_id = (SELECT id FROM article WHERE name = $1)");
                sqlx::query_scalar(sql).bind(name.id().to_owned())
            }
            Condition::Time(key, range) => {
                let sql = select(&format!("{} BETWEEN $1 AND $2", key_column(key)));
                sqlx::query_scalar(sql).bind(*range.start()).bind(*range.end())
            }
        };
        Ok(query.fetch_all(self).await?)
    }

    async fn walk(&mut self, walk: Walk<'_>) -> Result<Vec<FoundArticle>, PostgresError> {
        let Walk { order, range_us, same_time_after, view, limit } = walk;
        let key = key_column(order.key);
        let condition = match same_time_after {
            Some(_) => format!("a.{key} = $1 AND a.name > $2"),
            None => "$1::bigint IS NULL AND $2::text IS NULL".to_owned(),
        };
        let sql = format!(
            include_str!("queries/walk.sql"),
            columns = rows::columns(view, order.key),
            joins = rows::joins(view),
            condition = condition,
            key = key,
            order = order_by("a", order),
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(same_time_after.map(|after| after.time.as_microsecond()))
            .bind(same_time_after.map(|after| after.name.id().to_owned()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(*range_us.start())
            .bind(*range_us.end());
        rows::read_all(&query.fetch_all(self).await?, view)
    }

    async fn first_of(
        &mut self,
        ids: &[i64],
        order: Order,
        after: Option<&Cursor>,
        view: View,
        limit: usize,
    ) -> Result<Vec<FoundArticle>, PostgresError> {
        let key = key_column(order.key);
        let beyond = if order.descending { "<" } else { ">" };
        let condition = match after {
            Some(_) => format!("(chosen.{key} {beyond} $1 OR (chosen.{key} = $1 AND chosen.name > $2))"),
            None => "$1::bigint IS NULL AND $2::text IS NULL".to_owned(),
        };
        let sql = format!(
            include_str!("queries/first_of.sql"),
            columns = rows::columns(view, order.key),
            condition = condition,
            order = order_by("chosen", order),
            joins = rows::joins(view),
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(ids);
        rows::read_all(&query.fetch_all(self).await?, view)
    }

    async fn by_id(
        &mut self,
        ids: &[i64],
        view: View,
        key: OrderKey,
    ) -> Result<(i64, Vec<FoundArticle>), PostgresError> {
        let (columns, joins) = (rows::columns(view, key), rows::joins(view));
        let sql = format!(include_str!("queries/by_id.sql"), columns = columns, joins = joins);
        let found = sqlx::query(AssertSqlSafe(sql)).bind(ids).fetch_all(&mut *self).await?;
        let generation = match found.first() {
            Some(row) => row.try_get("generation")?,
            None => self.generation().await?,
        };
        Ok((generation, rows::read_all(&found, view)?))
    }

    async fn match_folded(
        &mut self,
        ids: &[i64],
        keywords: &KeywordFilter,
    ) -> Result<HashMap<i64, bool>, PostgresError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(FOLDED_AT_ONCE) {
            let sql = "SELECT id, texts, texts_xxh3 FROM folded WHERE id = ANY ($1)";
            for row in sqlx::query(sql).bind(ids).fetch_all(&mut *self).await? {
                let FoldedRow { id, texts, texts_xxh3 } = FoldedRow::read(&row)?;
                if checksum(texts) != texts_xxh3 {
                    return Err(PostgresError::damaged("folded", id, "the checksum differs"));
                }
                let texts = simdutf8::basic::from_utf8(texts).ok().and_then(FoldedFields::from_stored);
                let texts = texts.ok_or_else(|| PostgresError::damaged("folded", id, "it is not as it was written"))?;
                found.insert(id, keywords.matches_folded(&texts));
            }
        }
        Ok(found)
    }

    async fn after_id(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Article)>, PostgresError> {
        rows::after(self, id, View::Full, limit).await
    }

    async fn count_articles(&mut self, limit: u32) -> Result<u32, PostgresError> {
        let sql = "SELECT count(*) FROM (SELECT 1 AS one FROM article LIMIT $1) AS counted";
        let count: i64 = sqlx::query_scalar(sql).bind(i64::from(limit)).fetch_one(self).await?;
        Ok(u32::try_from(count).unwrap_or(limit))
    }
}

fn order_by(table: &str, order: Order) -> String {
    let direction = if order.descending { "DESC" } else { "ASC" };
    format!("{table}.{} {direction}, {table}.name", key_column(order.key))
}
