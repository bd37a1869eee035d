//! The folded texts of articles, kept beside them: where the keyword index only knows what may match, they decide.
//!
//! Owns the table `folded`. An article that has no row in it, as it was stored before there was that table, is folded anew.

use std::collections::HashMap;

use bytes::Bytes;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::fault::Fault;
use super::packed;
use super::rows::checksum;
use crate::article::View;
use crate::query::{FoldedFields, OrderKey};

/// The folded texts of some articles, by id. An article that is missing is left out.
pub(super) async fn by_id(connection: &mut SqliteConnection, ids: &[i64]) -> Result<HashMap<i64, FoldedFields>, Fault> {
    let item = "concat(f.id, ',', f.texts_xxh3, ',', length(f.texts), char(10), f.texts)";
    let sql = packed::query(item, "json_each(?1) AS hit CROSS JOIN folded AS f ON f.id = hit.value");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(packed::id_list(ids)).fetch_one(&mut *connection).await?;
    let mut found = HashMap::with_capacity(ids.len());
    let bytes = Bytes::from(row.try_get::<Option<Vec<u8>>, _>(0)?.unwrap_or_default());
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (id, texts, behind) = unpack(rest)?;
        found.insert(id, texts);
        rest = behind;
    }
    let missing: Vec<i64> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    for article in packed::by_id(connection, &missing, View::Full, OrderKey::EffectiveTime).await? {
        let content = article.article?.decode().map_err(|bad| Fault::row("article", article.id, &bad))?.content;
        found.insert(article.id, FoldedFields::of(&content));
    }
    Ok(found)
}

/// The first texts, and what is behind them.
fn unpack(bytes: &[u8]) -> Result<(i64, FoldedFields, &[u8]), Fault> {
    let damaged = |id, reason: &str| Fault::Row { table: "folded", id, reason: reason.to_owned() };
    let head = || {
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let mut numbers = std::str::from_utf8(bytes.get(..end)?).ok()?.split(',').map(str::parse::<i64>);
        let numbers = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some((numbers, bytes.get(end + 1..)?))
    };
    let ((id, xxh3, length), bytes) = head().ok_or_else(|| damaged(0, "it is not as it was written"))?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (texts, behind) = bytes.split_at_checked(length).ok_or_else(|| damaged(id, "it is cut off"))?;
    if checksum(texts) != xxh3 {
        return Err(damaged(id, "the checksum differs"));
    }
    let texts = String::from_utf8(texts.to_vec()).ok().and_then(FoldedFields::from_stored);
    Ok((id, texts.ok_or_else(|| damaged(id, "it is not as it was written"))?, behind))
}

/// Keeps the folded texts of an article anew, where the index is made anew from what is stored.
pub(super) async fn put(connection: &mut SqliteConnection, id: i64, texts: &FoldedFields) -> Result<(), Fault> {
    let sql = "INSERT OR REPLACE INTO folded (texts, texts_xxh3, id) VALUES (?1, ?2, ?3)";
    let bytes = texts.as_str().as_bytes();
    sqlx::query(sql).bind(bytes).bind(checksum(bytes)).bind(id).execute(connection).await?;
    Ok(())
}

/// Finds articles whose folded texts are others than theirs.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    id: i64,
    texts: &FoldedFields,
    faults: &mut Vec<String>,
) -> Result<(), Fault> {
    let row = sqlx::query("SELECT texts, texts_xxh3 FROM folded WHERE id = ?1").bind(id);
    let Some(row) = row.fetch_optional(connection).await? else { return Ok(()) };
    let stored: &[u8] = row.try_get(0)?;
    if stored != texts.as_str().as_bytes() || checksum(stored) != row.try_get::<i64, _>(1)? {
        faults.push(format!("article {id}: its folded texts are not its own"));
    }
    Ok(())
}
