//! The statements of near-duplicate detection: [`DuplicateStorage`] for PostgreSQL.

use sqlx::postgres::{PgConnection, PgRow};

use crate::article::ArticleName;
use crate::store::duplicates::holders::{Holders, MAX_HOLDERS};
use crate::store::duplicates::{DuplicateStorage, Fingerprinted, Original};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;
use crate::store::record::BadRecord;
use crate::text::Fingerprint;

row_struct! {
    struct FingerprintRow<'r> {
        id: i64,
        name: &'r str,
        original_id: Option<i64>,
        fingerprint: Option<&'r [u8]>,
    }
}

row_struct! {
    struct HolderRow {
        key: i64,
        id: i64,
    }
}

fn fingerprinted(row: &PgRow) -> Result<Fingerprinted, PostgresError> {
    let FingerprintRow { id, name, original_id: original, fingerprint } = FingerprintRow::read(row)?;
    let name = ArticleName::from_id(name);
    let name = name.map_err(|_| PostgresError::row("article", id, &BadRecord::Field("name")))?;
    Ok(Fingerprinted { id, name, original, fingerprint: fingerprint.and_then(Fingerprint::from_bytes) })
}

/// Fingerprint keys as the database has them.
pub(super) fn stored_keys(keys: &[u32]) -> Vec<i64> {
    keys.iter().copied().map(i64::from).collect()
}

impl DuplicateStorage for PgConnection {
    type Error = PostgresError;

    async fn holders(&mut self, keys: &[u32], before: i64) -> Result<Holders, PostgresError> {
        let mut found: Holders = keys.iter().map(|key| (*key, Default::default())).collect();
        let query = sqlx::query(include_str!("queries/holders.sql"));
        let query = query.bind(stored_keys(keys)).bind(before).bind(MAX_HOLDERS as i64);
        for row in query.fetch_all(self).await? {
            let HolderRow { key, id } = HolderRow::read(&row)?;
            if let Ok(key) = u32::try_from(key) {
                found.entry(key).or_default().insert(id);
            }
        }
        Ok(found)
    }

    async fn fingerprinted(&mut self, ids: &[i64]) -> Result<Vec<Fingerprinted>, PostgresError> {
        let sql = "SELECT id, name, original_id, fingerprint FROM article WHERE id = ANY ($1)";
        sqlx::query(sql).bind(ids).fetch_all(self).await?.iter().map(fingerprinted).collect()
    }

    async fn fingerprinted_by_name(&mut self, name: &ArticleName) -> Result<Option<Fingerprinted>, PostgresError> {
        let sql = "SELECT id, name, original_id, fingerprint FROM article WHERE name = $1";
        let found = sqlx::query(sql).bind(name.id()).fetch_optional(self).await?;
        found.as_ref().map(fingerprinted).transpose()
    }

    async fn have_earlier_changed(&mut self, id: i64) -> Result<bool, PostgresError> {
        Ok(sqlx::query_scalar(include_str!("queries/have_earlier_changed.sql")).bind(id).fetch_one(self).await?)
    }

    async fn duplicates_of(&mut self, original: i64) -> Result<Vec<Fingerprinted>, PostgresError> {
        let sql = "SELECT id, name, original_id, fingerprint FROM article WHERE original_id = $1 ORDER BY id";
        sqlx::query(sql).bind(original).fetch_all(self).await?.iter().map(fingerprinted).collect()
    }

    async fn later_holders(&mut self, keys: &[u32], id: i64) -> Result<Vec<Fingerprinted>, PostgresError> {
        let query = sqlx::query(include_str!("queries/later_holders.sql")).bind(stored_keys(keys)).bind(id);
        query.fetch_all(self).await?.iter().map(fingerprinted).collect()
    }

    async fn set_original(
        &mut self,
        duplicate: &Fingerprinted,
        original: Option<&Original>,
    ) -> Result<(), PostgresError> {
        let sql = "UPDATE article SET original_id = $2, original_name = $3 WHERE name = $1";
        let query = sqlx::query(sql)
            .bind(duplicate.name.id())
            .bind(original.map(|(id, _)| *id))
            .bind(original.map(|(_, name)| name.id()));
        query.execute(self).await?;
        Ok(())
    }
}
