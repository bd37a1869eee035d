//! The statements of List and Filter: [`SearchStorage`] for SQLite.

use std::collections::HashMap;

use rusqlite::params;

use crate::article::{Article, View};
use crate::query::{Cursor, KeywordFilter, Order, OrderKey};
use crate::store::search::list::decode;
use crate::store::search::{Condition, FoundArticle, SearchStorage, Walk, key_column};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::articles::{columns, read_all};
use crate::store::sqlite::read::connection::ReadConnection;
use crate::store::sqlite::read::folded;
use crate::store::sqlite::rows::joins;

impl SearchStorage for ReadConnection {
    async fn begin_reading(&mut self) -> Result<i64, SqliteError> {
        self.execute("BEGIN")?;
        self.generation().await
    }

    async fn end_reading(&mut self) -> Result<(), SqliteError> {
        self.execute("ROLLBACK")
    }

    async fn generation(&mut self) -> Result<i64, SqliteError> {
        self.integer("SELECT generation FROM keyword_state", [])
    }

    async fn ids_of(&mut self, condition: Condition<'_>, limit: usize) -> Result<Vec<i64>, SqliteError> {
        let select = |condition: &str| format!("SELECT id FROM article WHERE {condition} LIMIT {limit}");
        match condition {
            Condition::Name(name) => self.integers(&select("name = ?1"), [name.id()]),
            Condition::DuplicateOf(name) => {
                self.integers(&select("duplicate_of = (SELECT id FROM article WHERE name = ?1)"), [name.id()])
            }
            Condition::Time(key, range) => {
                let sql = select(&format!("{} BETWEEN ?1 AND ?2", key_column(key)));
                self.integers(&sql, [range.start(), range.end()])
            }
        }
    }

    async fn walk(&mut self, walk: Walk<'_>) -> Result<Vec<FoundArticle>, SqliteError> {
        let Walk { order, range_us, same_time_after, view, limit } = walk;
        let key = key_column(order.key);
        let condition = match same_time_after {
            Some(_) => format!("a.{key} = ?1 AND a.name > ?2"),
            None => "1".to_owned(),
        };
        let sql = format!(
            include_str!("../queries/walk.sql"),
            columns = columns(view, order.key),
            joins = joins(view),
            condition = condition,
            key = key,
            order = order_by(order),
        );
        let parameters = params![
            same_time_after.map(|after| after.time.as_microsecond()),
            same_time_after.map(|after| after.name.id()),
            i64::try_from(limit).unwrap_or(i64::MAX),
            range_us.start(),
            range_us.end(),
        ];
        read_all(self, &sql, view, parameters)
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
        let sql = format!(
            include_str!("../queries/first_of.sql"),
            columns = columns(view, order.key),
            condition = condition,
            order = order_by(order),
            joins = joins(view),
        );
        let parameters = params![
            after.map(|after| after.time.as_microsecond()),
            after.map(|after| after.name.id()),
            i64::try_from(limit).unwrap_or(i64::MAX),
            json_list(ids),
        ];
        read_all(self, &sql, view, parameters)
    }

    async fn by_id(&mut self, ids: &[i64], view: View, key: OrderKey) -> Result<(i64, Vec<FoundArticle>), SqliteError> {
        // Both statements read one state.
        let begins = !self.is_in_transaction();
        if begins {
            self.execute("BEGIN")?;
        }
        let generation = self.generation().await?;
        let sql =
            format!(include_str!("../queries/articles_by_id.sql"), columns = columns(view, key), joins = joins(view),);
        let found = read_all(self, &sql, view, [json_list(ids)])?;
        if begins {
            self.end_reading().await?;
        }
        Ok((generation, found))
    }

    async fn match_folded(&mut self, ids: &[i64], keywords: &KeywordFilter) -> Result<HashMap<i64, bool>, SqliteError> {
        folded::matches(self, ids, |texts| keywords.matches_folded(texts))
    }

    async fn after_id(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Article)>, SqliteError> {
        let sql = format!(
            include_str!("../queries/articles_after.sql"),
            columns = columns(View::Full, OrderKey::CreateTime),
            joins = joins(View::Full),
        );
        let found = read_all(self, &sql, View::Full, params![id, i64::try_from(limit).unwrap_or(i64::MAX)])?;
        found.into_iter().map(|found| Ok((found.id, decode(found.id, &found.article?)?))).collect()
    }

    async fn count_articles(&mut self, limit: u32) -> Result<u32, SqliteError> {
        let count = self.integer("SELECT count(*) FROM (SELECT 1 FROM article LIMIT ?1)", [limit])?;
        Ok(u32::try_from(count).unwrap_or(limit))
    }
}

fn order_by(order: Order) -> String {
    let direction = if order.descending { "DESC" } else { "ASC" };
    format!("a.{} {direction}, a.name", key_column(order.key))
}
