//! The statements of near-duplicate detection: [`DuplicateStorage`] for SQLite.

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::article::ArticleName;
use crate::store::duplicates::holders::Holders;
use crate::store::duplicates::{DuplicateStorage, Fingerprinted, Original};
use crate::store::record::BadRecord;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::row_struct::row_struct;
use crate::text::Fingerprint;

row_struct! {
    struct FingerprintRow<'r> {
        id: i64,
        name: &'r str,
        duplicate_of: Option<i64>,
        fingerprint: Option<&'r [u8]>,
    }
}

fn fingerprinted(row: &SqliteRow) -> Result<Fingerprinted, SqliteError> {
    let FingerprintRow { id, name, duplicate_of: original, fingerprint } = FingerprintRow::read(row)?;
    let name = ArticleName::from_id(name);
    let name = name.map_err(|_| SqliteError::row("article", id, &BadRecord::Field("name")))?;
    Ok(Fingerprinted { id, name, original, fingerprint: fingerprint.and_then(Fingerprint::from_bytes) })
}

impl DuplicateStorage for SqliteConnection {
    type Error = SqliteError;

    async fn holders(&mut self, keys: &[u32], before: i64) -> Result<Holders, SqliteError> {
        keys::holders(self, keys, before).await
    }

    async fn fingerprinted(&mut self, ids: &[i64]) -> Result<Vec<Fingerprinted>, SqliteError> {
        let sql = "SELECT id, name, duplicate_of, fingerprint FROM article
                   WHERE id IN (SELECT value FROM json_each(?1))";
        let found = sqlx::query(sql).bind(json_list(ids)).fetch_all(self).await?;
        found.iter().map(fingerprinted).collect()
    }

    async fn fingerprinted_by_name(&mut self, name: &ArticleName) -> Result<Option<Fingerprinted>, SqliteError> {
        let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE name = ?1";
        let found = sqlx::query(sql).bind(name.id()).fetch_optional(self).await?;
        found.as_ref().map(fingerprinted).transpose()
    }

    async fn have_earlier_changed(&mut self, id: i64) -> Result<bool, SqliteError> {
        let sql = include_str!("../queries/have_earlier_changed.sql");
        Ok(sqlx::query_scalar(sql).bind(id).fetch_one(self).await?)
    }

    async fn duplicates_of(&mut self, original: i64) -> Result<Vec<Fingerprinted>, SqliteError> {
        let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE duplicate_of = ?1 ORDER BY id";
        let found = sqlx::query(sql).bind(original).fetch_all(self).await?;
        found.iter().map(fingerprinted).collect()
    }

    async fn later_holders(&mut self, keys: &[u32], id: i64) -> Result<Vec<Fingerprinted>, SqliteError> {
        let sql = include_str!("../queries/later_holders.sql");
        let found = sqlx::query(sql).bind(json_list(keys)).bind(id).fetch_all(self).await?;
        found.iter().map(fingerprinted).collect()
    }

    async fn set_original(
        &mut self,
        duplicate: &Fingerprinted,
        original: Option<&Original>,
    ) -> Result<(), SqliteError> {
        let sql = "UPDATE article SET duplicate_of = ?2 WHERE id = ?1";
        sqlx::query(sql).bind(duplicate.id).bind(original.map(|(id, _)| *id)).execute(self).await?;
        Ok(())
    }
}
