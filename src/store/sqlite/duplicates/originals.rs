//! Maintains `duplicate_of`: for each article, the earliest stored article with nearly the same body.
//!
//! It depends on all stored articles, so a changed body re-evaluates it for the articles that it may affect. This does not
//! count as a change of those articles: their revision, etag and update time stay.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use crate::article::ArticleName;
use crate::store::duplicates::is_duplicate;
use crate::store::record::BadRecord;
use crate::store::sqlite::duplicates::keys;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::row_struct::row_struct;
use crate::text::Fingerprint;

/// The original of a duplicate.
pub(crate) type Original = (i64, ArticleName);

/// The names and fingerprints of candidates, by id.
pub(crate) type Similar = HashMap<i64, (ArticleName, Fingerprint)>;

row_struct! {
    struct FingerprintRow<'r> {
        id: i64,
        name: &'r str,
        duplicate_of: Option<i64>,
        fingerprint: Option<&'r [u8]>,
    }
}

impl FingerprintRow<'_> {
    fn is_near(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint().is_some_and(|own| is_duplicate(&own, fingerprint))
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint.and_then(Fingerprint::from_bytes)
    }
}

/// The earliest article before `id` with nearly this body.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Option<Original>, SqliteError> {
    let Some(fingerprint) = fingerprint else { return Ok(None) };
    let holders = keys::holders(connection, &keys::list(Some(fingerprint)), id).await?;
    let candidates = keys::candidates(fingerprint, &holders);
    let similar = fingerprints(connection, &candidates).await?;
    Ok(first_near(&candidates, &similar, fingerprint))
}

/// The first of some candidates with nearly this body.
pub(crate) fn first_near(candidates: &[i64], similar: &Similar, fingerprint: &Fingerprint) -> Option<Original> {
    candidates.iter().find_map(|id| {
        let (name, other) = similar.get(id)?;
        is_duplicate(other, fingerprint).then(|| (*id, name.clone()))
    })
}

/// The names and fingerprints of some articles, without those that are missing or have no fingerprint.
pub(crate) async fn fingerprints(connection: &mut SqliteConnection, ids: &[i64]) -> Result<Similar, SqliteError> {
    let mut found = Similar::with_capacity(ids.len());
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article
               WHERE id IN (SELECT value FROM json_each(?1))";
    for row in sqlx::query(sql).bind(json_list(ids)).fetch_all(connection).await? {
        let stored = FingerprintRow::read(&row)?;
        if let Some(fingerprint) = stored.fingerprint() {
            let name = ArticleName::from_id(stored.name);
            let name = name.map_err(|_| SqliteError::row("article", stored.id, &BadRecord::Field("name")))?;
            found.insert(stored.id, (name, fingerprint));
        }
    }
    Ok(found)
}

/// Whether an article is stored before `id` and has nearly this body.
pub(crate) async fn is_one(
    connection: &mut SqliteConnection,
    original: &ArticleName,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<bool, SqliteError> {
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE name = ?1 AND id < ?2";
    let row = sqlx::query(sql).bind(original.id()).bind(id).fetch_optional(connection).await?;
    let (Some(row), Some(fingerprint)) = (row, fingerprint) else { return Ok(false) };
    Ok(FingerprintRow::read(&row)?.is_near(fingerprint))
}

/// Updates the duplicates of an article whose body was deleted or changed: each gets its next original. Returns their names.
pub(crate) async fn orphaned(connection: &mut SqliteConnection, original: i64) -> Result<Vec<String>, SqliteError> {
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE duplicate_of = ?1 ORDER BY id";
    let rows = sqlx::query(sql).bind(original).fetch_all(&mut *connection).await?;
    let mut settled = Vec::new();
    for row in rows {
        let orphan = FingerprintRow::read(&row)?;
        let next = find(connection, orphan.id, orphan.fingerprint().as_ref()).await?;
        set(connection, orphan.id, next.map(|(id, _)| id)).await?;
        settled.push(orphan.name.to_owned());
    }
    Ok(settled)
}

/// Updates the articles stored after `id` that are near its new body and have no earlier original. Returns their names.
pub(crate) async fn adopt(
    connection: &mut SqliteConnection,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Vec<String>, SqliteError> {
    let mut settled = Vec::new();
    let Some(fingerprint) = fingerprint else { return Ok(settled) };
    let sql = include_str!("../queries/later_holders.sql");
    let rows = sqlx::query(sql).bind(keys::list(Some(fingerprint))).bind(id);
    for row in rows.fetch_all(&mut *connection).await? {
        let later = FingerprintRow::read(&row)?;
        let has_earlier = later.duplicate_of.is_some_and(|original| original < id);
        if !has_earlier && later.is_near(fingerprint) {
            set(connection, later.id, Some(id)).await?;
            settled.push(later.name.to_owned());
        }
    }
    Ok(settled)
}

async fn set(connection: &mut SqliteConnection, id: i64, original: Option<i64>) -> Result<(), SqliteError> {
    let sql = "UPDATE article SET duplicate_of = ?2 WHERE id = ?1";
    sqlx::query(sql).bind(id).bind(original).execute(connection).await?;
    Ok(())
}
