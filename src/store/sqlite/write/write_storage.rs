//! The statements of one write: [`WriteStorage`] for SQLite.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use crate::article::{ArticleName, Timestamp, View};
use crate::store::apply::{ArticleRow, DeletedRow, Loaded, NewRow, RememberedRequest, StoredArticle, WriteStorage};
use crate::store::packed_raw::PackedRaw;
use crate::store::record::BadRecord;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::rows;
use crate::store::sqlite::write::new_rows::{bind_raw, insert_rows};
use crate::store::write_rules::Current;
use crate::text::Fingerprint;

row_struct! {
    /// What `load_stored.sql` answers in addition to the columns of the article.
    struct LoadedRow<'r> {
        delete_us: Option<i64>,
        id: Option<i64>,
        made_from: Option<&'r [u8]>,
        fingerprint: Option<&'r [u8]>,
    }
}

row_struct! {
    struct CreateRequestRow {
        name: String,
        made_from: Vec<u8>,
    }
}

impl WriteStorage for SqliteConnection {
    async fn load(&mut self, name: &ArticleName) -> Result<Loaded, SqliteError> {
        let sql = include_str!("../queries/load_stored.sql");
        let row = sqlx::query(sql).bind(name.id()).fetch_one(self).await?;
        let LoadedRow { delete_us, id, made_from, fingerprint } = LoadedRow::read(&row)?;
        let deleted_at = delete_us.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        let Some(id) = id else { return Ok(Loaded { stored: None, deleted_at }) };
        let article = rows::read(&row, View::Full)?;
        let made_from = made_from.and_then(|made_from| made_from.try_into().ok());
        let made_from = made_from.ok_or_else(|| SqliteError::row("article", id, &BadRecord::Field("made_from")))?;
        let fingerprint = fingerprint.and_then(Fingerprint::from_bytes);
        let stored = StoredArticle { id, current: Current { article, made_from }, fingerprint };
        Ok(Loaded { stored: Some(stored), deleted_at })
    }

    /// Only of names under which nothing was ever stored: most imported articles are new.
    async fn load_many(&mut self, names: &[&ArticleName]) -> Result<HashMap<String, Loaded>, SqliteError> {
        let sql = include_str!("../queries/absent_names.sql");
        let names: Vec<&str> = names.iter().map(|name| name.id()).collect();
        let absent: String = sqlx::query_scalar(sql).bind(json_list(&names)).fetch_one(self).await?;
        let absent: Result<Vec<String>, _> = serde_json::from_str(&absent);
        let absent = absent.map_err(|error| SqliteError::Sql(sqlx::Error::Decode(error.into())))?;
        Ok(absent.into_iter().map(|name| (name, Loaded::default())).collect())
    }

    async fn find_request(
        &mut self,
        request_id: &str,
        oldest_us: i64,
    ) -> Result<Option<(String, Vec<u8>)>, SqliteError> {
        let sql = "DELETE FROM create_request WHERE create_us <= ?1";
        sqlx::query(sql).bind(oldest_us).execute(&mut *self).await?;
        let sql = "SELECT name, made_from FROM create_request WHERE request_id = ?1";
        let Some(row) = sqlx::query(sql).bind(request_id).fetch_optional(self).await? else { return Ok(None) };
        let CreateRequestRow { name, made_from } = CreateRequestRow::read(&row)?;
        Ok(Some((name, made_from)))
    }

    async fn remember_request(&mut self, request: RememberedRequest<'_>) -> Result<(), SqliteError> {
        let RememberedRequest { request_id, name, made_from, create_us } = request;
        let sql = "INSERT INTO create_request (request_id, name, made_from, create_us) VALUES (?1, ?2, ?3, ?4)";
        let query = sqlx::query(sql).bind(request_id).bind(name.id()).bind(made_from.as_slice()).bind(create_us);
        query.execute(self).await?;
        Ok(())
    }

    async fn insert(&mut self, rows: Vec<NewRow>) -> Result<(), SqliteError> {
        insert_rows(self, rows).await
    }

    async fn update(&mut self, id: i64, seq: i64, mut row: ArticleRow) -> Result<(), SqliteError> {
        let statement = sqlx::query(include_str!("../queries/update_article.sql"));
        let statement = row.bind_article(statement, id);
        let statement = statement.bind(id).bind(seq).bind(id).bind(json_list(&row.keys));
        statement.execute(self).await?;
        Ok(())
    }

    async fn set_raw(&mut self, id: i64, _name: &ArticleName, raw: Option<PackedRaw>) -> Result<(), SqliteError> {
        sqlx::query("DELETE FROM raw WHERE id = ?1").bind(id).execute(&mut *self).await?;
        if let Some(raw) = raw {
            let sql = "INSERT INTO raw (id, head, content, form, raw_xxh3) VALUES (?, ?, ?, ?, ?)";
            bind_raw(raw, sqlx::query(sql), id).execute(self).await?;
        }
        Ok(())
    }

    async fn delete(&mut self, row: DeletedRow<'_>) -> Result<(), SqliteError> {
        let DeletedRow { id, name, delete_us, seq } = row;
        sqlx::query(include_str!("../queries/delete_article.sql"))
            .bind(id)
            .bind(id)
            .bind(name.id())
            .bind(delete_us)
            .bind(id)
            .bind(seq)
            .bind(name.id())
            .execute(self)
            .await?;
        Ok(())
    }

    async fn forget_keys(&mut self, id: i64, keys: &[u32]) -> Result<(), SqliteError> {
        keys::forget(self, id, keys).await
    }
}
