//! The statements of List and Filter: [`SearchStorage`] for SQLite.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::{Article, View};
use crate::query::{Cursor, KeywordFilter, Order, OrderKey};
use crate::store::search::{Condition, FoundArticle, SearchStorage, Walk, key_column};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::{folded, packed};
use crate::store::sqlite::rows;
use crate::store::sqlite::transaction::{self, End};

impl SearchStorage for SqliteConnection {
    async fn begin_reading(&mut self) -> Result<i64, SqliteError> {
        // In one round trip to SQLite's thread, because every search begins with it.
        Ok(sqlx::query_scalar("BEGIN; SELECT generation FROM keyword_state").fetch_one(self).await?)
    }

    async fn end_reading(&mut self) -> Result<(), SqliteError> {
        transaction::end(self, End::RollBack).await
    }

    async fn generation(&mut self) -> Result<i64, SqliteError> {
        Ok(sqlx::query_scalar("SELECT generation FROM keyword_state").fetch_one(self).await?)
    }

    async fn ids_of(&mut self, condition: Condition<'_>, limit: usize) -> Result<Vec<i64>, SqliteError> {
        let select = |condition: &str| AssertSqlSafe(format!("SELECT id FROM article WHERE {condition} LIMIT {limit}"));
        let query = match condition {
            Condition::Name(name) => sqlx::query_scalar(select("name = ?1")).bind(name.id().to_owned()),
            Condition::DuplicateOf(name) => {
                let sql = select("duplicate_of = (SELECT id FROM article WHERE name = ?1)");
                sqlx::query_scalar(sql).bind(name.id().to_owned())
            }
            Condition::Time(key, range) => {
                let sql = select(&format!("{} BETWEEN ?1 AND ?2", key_column(key)));
                sqlx::query_scalar(sql).bind(*range.start()).bind(*range.end())
            }
        };
        Ok(query.fetch_all(self).await?)
    }

    async fn walk(&mut self, walk: Walk<'_>) -> Result<Vec<FoundArticle>, SqliteError> {
        let Walk { order, range_us, same_time_after, view, limit } = walk;
        let key = key_column(order.key);
        let condition = match same_time_after {
            Some(_) => format!("a.{key} = ?1 AND a.name > ?2"),
            None => "1".to_owned(),
        };
        let from = format!(
            include_str!("../queries/walk.sql"),
            item = packed::item(view, order.key),
            joins = rows::joins(view),
            condition = condition,
            key = key,
            order = order_by(order),
        );
        let query = sqlx::query(AssertSqlSafe(packed::query("item", &from)))
            .bind(same_time_after.map(|after| after.time.as_microsecond()))
            .bind(same_time_after.map(|after| after.name.id().to_owned()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(*range_us.start())
            .bind(*range_us.end());
        packed::unpack(&query.fetch_one(self).await?)
    }

    async fn first_of(
        &mut self,
        ids: &[i64],
        order: Order,
        after: Option<&Cursor>,
        view: View,
        limit: usize,
    ) -> Result<Vec<FoundArticle>, SqliteError> {
        let key = key_column(order.key);
        let beyond = if order.descending { "<" } else { ">" };
        let condition = match after {
            Some(_) => format!("(a.{key} {beyond} ?1 OR (a.{key} = ?1 AND a.name > ?2))"),
            None => "1".to_owned(),
        };
        let from = format!(
            include_str!("../queries/sorted.sql"),
            condition = condition,
            order = order_by(order),
            joins = rows::joins(view),
        );
        let query = sqlx::query(AssertSqlSafe(packed::query(&packed::item(view, order.key), &from)))
            .bind(after.map(|after| after.time.as_microsecond()))
            .bind(after.map(|after| after.name.id().to_owned()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(json_list(ids));
        packed::unpack(&query.fetch_one(self).await?)
    }

    async fn by_id(&mut self, ids: &[i64], view: View, key: OrderKey) -> Result<(i64, Vec<FoundArticle>), SqliteError> {
        let joins = rows::joins(view);
        let from = format!("json_each(?1) AS hit CROSS JOIN article AS a ON a.id = hit.value {joins}");
        let packed = packed::query(&packed::item(view, key), &from);
        let sql = format!("SELECT ({packed}) AS packed, generation FROM keyword_state");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(json_list(ids)).fetch_one(self).await?;
        Ok((row.try_get("generation")?, packed::unpack(&row)?))
    }

    async fn match_folded(&mut self, ids: &[i64], keywords: &KeywordFilter) -> Result<HashMap<i64, bool>, SqliteError> {
        folded::matches(self, ids, |texts| keywords.matches_folded(texts)).await
    }

    async fn after_id(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Article)>, SqliteError> {
        let found = rows::after(self, id, View::Full, limit).await?;
        found.iter().map(|row| Ok((row.try_get("id")?, rows::read(row, View::Full)?))).collect()
    }

    async fn count_articles(&mut self, limit: u32) -> Result<u32, SqliteError> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM article LIMIT ?1)";
        let count: i64 = sqlx::query_scalar(sql).bind(limit).fetch_one(self).await?;
        Ok(u32::try_from(count).unwrap_or(limit))
    }
}

fn order_by(order: Order) -> String {
    let direction = if order.descending { "DESC" } else { "ASC" };
    format!("a.{} {direction}, a.name", key_column(order.key))
}
