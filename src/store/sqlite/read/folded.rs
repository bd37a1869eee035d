//! The stored folded texts of articles, with which candidates of the keyword index are verified.
//!
//! Owns the table `folded`. An article without a row, stored before the table existed, is folded when it is verified.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::View;
use crate::query::{FoldedFields, OrderKey};
use crate::store::checksums::checksum;
use crate::store::search::{self, SearchStorage};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::packed;
use crate::store::sqlite::row_struct::row_struct;

/// Longer texts are read in small groups, because a statement's results are in memory at once.
const LONG_BYTES: i64 = 64 << 10;

/// The size of these groups. A text has at most 1 MiB.
const LONG_AT_ONCE: usize = 16;

row_struct! {
    struct FoldedRow<'r> {
        texts: &'r [u8],
        texts_xxh3: i64,
    }
}

/// Evaluates a predicate on the folded texts of some articles. Missing articles are omitted.
pub(crate) async fn matches(
    connection: &mut SqliteConnection,
    ids: &[i64],
    is_match: impl Fn(&FoldedFields<&str>) -> bool,
) -> Result<HashMap<i64, bool>, SqliteError> {
    let mut found = HashMap::with_capacity(ids.len());
    read(connection, ids, LONG_BYTES, &is_match, &mut found).await?;
    let missing =
        |found: &HashMap<i64, bool>| -> Vec<i64> { ids.iter().copied().filter(|id| !found.contains_key(id)).collect() };
    for ids in missing(&found).chunks(LONG_AT_ONCE) {
        read(connection, ids, i64::MAX, &is_match, &mut found).await?;
    }
    for ids in missing(&found).chunks(search::max_batch(View::Full)) {
        for article in connection.by_id(ids, View::Full, OrderKey::EffectiveTime).await?.1 {
            let content =
                article.article?.decode().map_err(|bad| SqliteError::row("article", article.id, &bad))?.content;
            found.insert(article.id, is_match(&FoldedFields::of(&content).borrowed()));
        }
    }
    Ok(found)
}

/// The same for texts up to a length.
async fn read(
    connection: &mut SqliteConnection,
    ids: &[i64],
    most_bytes: i64,
    is_match: impl Fn(&FoldedFields<&str>) -> bool,
    found: &mut HashMap<i64, bool>,
) -> Result<(), SqliteError> {
    let item = "concat(f.id, ',', f.texts_xxh3, ',', length(f.texts), char(10), f.texts)";
    let from = "json_each(?1) AS hit CROSS JOIN folded AS f ON f.id = hit.value WHERE length(f.texts) <= ?2";
    let sql = packed::query(item, from);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(json_list(ids)).bind(most_bytes);
    let row = query.fetch_one(connection).await?;
    let mut rest: &[u8] = row.try_get::<Option<&[u8]>, _>("packed")?.unwrap_or_default();
    while !rest.is_empty() {
        let (id, texts, behind) = unpack(rest)?;
        found.insert(id, is_match(&texts));
        rest = behind;
    }
    Ok(())
}

/// The first texts, and what is behind them.
fn unpack(bytes: &[u8]) -> Result<(i64, FoldedFields<&str>, &[u8]), SqliteError> {
    let damaged = |id, reason: &str| SqliteError::Row { table: "folded", id, reason: reason.to_owned() };
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
    let texts = simdutf8::basic::from_utf8(texts).ok().and_then(FoldedFields::from_stored);
    Ok((id, texts.ok_or_else(|| damaged(id, "it is not as it was written"))?, behind))
}

/// Stores the folded texts of an article during a rebuild.
pub(crate) async fn put(connection: &mut SqliteConnection, id: i64, texts: &FoldedFields) -> Result<(), SqliteError> {
    let sql = "INSERT OR REPLACE INTO folded (texts, texts_xxh3, id) VALUES (?1, ?2, ?3)";
    let bytes = texts.as_str().as_bytes();
    sqlx::query(sql).bind(bytes).bind(checksum(bytes)).bind(id).execute(connection).await?;
    Ok(())
}

/// Finds articles whose stored folded texts do not match their texts.
pub(crate) async fn check(
    connection: &mut SqliteConnection,
    id: i64,
    texts: &FoldedFields,
    faults: &mut Vec<String>,
) -> Result<(), SqliteError> {
    let row = sqlx::query("SELECT texts, texts_xxh3 FROM folded WHERE id = ?1").bind(id);
    let Some(row) = row.fetch_optional(connection).await? else { return Ok(()) };
    let FoldedRow { texts: stored, texts_xxh3 } = FoldedRow::read(&row)?;
    if stored != texts.as_str().as_bytes() || checksum(stored) != texts_xxh3 {
        faults.push(format!("article {id}: its folded texts are not its own"));
    }
    Ok(())
}
