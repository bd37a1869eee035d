//! Who is whose duplicate: for each article, the earliest stored one with nearly the same body.
//!
//! The rule looks at what is stored now, so every change of a body asks it again for those whom it may concern. That is
//! no change of those articles themselves: their revision, etag and update time stay.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::fault::Fault;
use super::keys::{self, HOLDERS};
use super::packed;
use crate::article::ArticleName;
use crate::store::pages::is_duplicate;
use crate::store::record::BadRecord;
use crate::text::Fingerprint;

/// How many candidates are compared, the earliest.
const MAX_COMPARED: usize = 64;

struct Similar {
    id: i64,
    name: String,
    duplicate_of: Option<i64>,
    fingerprint: Option<Fingerprint>,
}

/// The earliest article before `id` with nearly this body.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Option<(i64, ArticleName)>, Fault> {
    let Some(fingerprint) = fingerprint else { return Ok(None) };
    let holders = keys::holders(connection, &keys::list(Some(fingerprint)), id).await?;
    find_among(connection, &keys::candidates(fingerprint, &holders), fingerprint).await
}

/// The earliest article of some candidates, which ascend, with nearly this body.
pub(super) async fn find_among(
    connection: &mut SqliteConnection,
    candidates: &[i64],
    fingerprint: &Fingerprint,
) -> Result<Option<(i64, ArticleName)>, Fault> {
    if candidates.is_empty() {
        return Ok(None);
    }
    let candidates = &candidates[..candidates.len().min(MAX_COMPARED)];
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article
               WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let rows = sqlx::query(sql).bind(packed::id_list(candidates));
    for row in rows.fetch_all(connection).await? {
        let similar = read(&row)?;
        if similar.fingerprint.is_some_and(|other| is_duplicate(&other, fingerprint)) {
            let name = ArticleName::from_id(&similar.name);
            let name = name.map_err(|_| Fault::row("article", similar.id, &BadRecord::Field("name")))?;
            return Ok(Some((similar.id, name)));
        }
    }
    Ok(None)
}

/// Whether an article is stored before `id` and has nearly this body.
pub(super) async fn is_one(
    connection: &mut SqliteConnection,
    original: &ArticleName,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<bool, Fault> {
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE name = ?1 AND id < ?2";
    let row = sqlx::query(sql).bind(original.id()).bind(id).fetch_optional(connection).await?;
    let other = row.map(|row| read(&row)).transpose()?.and_then(|similar| similar.fingerprint);
    Ok(other.zip(fingerprint).is_some_and(|(other, fingerprint)| is_duplicate(&other, fingerprint)))
}

/// Settles the duplicates of an article whose body went or changed: each finds its next original.
/// Answers their names.
pub(super) async fn orphaned(connection: &mut SqliteConnection, original: i64) -> Result<Vec<String>, Fault> {
    let sql = "SELECT id, name, duplicate_of, fingerprint FROM article WHERE duplicate_of = ?1 ORDER BY id";
    let rows = sqlx::query(sql).bind(original).fetch_all(&mut *connection).await?;
    let mut settled = Vec::new();
    for row in rows {
        let orphan = read(&row)?;
        let next = find(connection, orphan.id, orphan.fingerprint.as_ref()).await?;
        set(connection, orphan.id, next.map(|(id, _)| id)).await?;
        settled.push(orphan.name);
    }
    Ok(settled)
}

/// Settles the articles stored after `id` that are like its new body and knew no earlier original. Answers their names.
pub(super) async fn adopt(
    connection: &mut SqliteConnection,
    id: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Vec<String>, Fault> {
    let mut settled = Vec::new();
    let Some(fingerprint) = fingerprint else { return Ok(settled) };
    let sql = format!(
        "SELECT id, name, duplicate_of, fingerprint FROM article WHERE id IN ({HOLDERS}) AND id > ?2 ORDER BY id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(keys::list(Some(fingerprint))).bind(id);
    for row in rows.fetch_all(&mut *connection).await? {
        let later = read(&row)?;
        let has_earlier = later.duplicate_of.is_some_and(|original| original < id);
        if !has_earlier && later.fingerprint.is_some_and(|other| is_duplicate(&other, fingerprint)) {
            set(connection, later.id, Some(id)).await?;
            settled.push(later.name);
        }
    }
    Ok(settled)
}

fn read(row: &SqliteRow) -> Result<Similar, Fault> {
    let fingerprint: Option<&[u8]> = row.try_get(3)?;
    Ok(Similar {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        duplicate_of: row.try_get(2)?,
        fingerprint: fingerprint.and_then(Fingerprint::from_bytes),
    })
}

async fn set(connection: &mut SqliteConnection, id: i64, original: Option<i64>) -> Result<(), Fault> {
    let sql = "UPDATE article SET duplicate_of = ?2 WHERE id = ?1";
    sqlx::query(sql).bind(id).bind(original).execute(connection).await?;
    Ok(())
}
