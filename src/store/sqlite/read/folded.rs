//! Reads the folded texts of articles, with which candidates of the keyword index are verified.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::Article;
use crate::query::FoldedFields;
use crate::store::packed_text::{pack, packed_checksum, unpack_folded};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::packed;

/// Longer texts are read in small groups, because a statement's results are in memory at once.
const LONG_BYTES: i64 = 64 << 10;

/// The size of these groups. A text has at most 1 MiB.
const LONG_AT_ONCE: usize = 16;

/// Evaluates a predicate on the folded texts of some articles. Missing articles are omitted.
pub(crate) async fn matches(
    connection: &mut SqliteConnection,
    ids: &[i64],
    is_match: impl Fn(&FoldedFields<&str>) -> bool,
) -> Result<HashMap<i64, bool>, SqliteError> {
    let mut found = HashMap::with_capacity(ids.len());
    read(connection, ids, LONG_BYTES, &is_match, &mut found).await?;
    let long: Vec<i64> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
    for ids in long.chunks(LONG_AT_ONCE) {
        read(connection, ids, i64::MAX, &is_match, &mut found).await?;
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
    let item = "concat(a.id, ',', a.rest_xxh3, ',', length(a.rest), char(10), a.rest)";
    let from = "json_each(?1) AS hit CROSS JOIN article AS a ON a.id = hit.value WHERE length(a.rest) <= ?2";
    let sql = packed::query(item, from);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(json_list(ids)).bind(most_bytes);
    let row = query.fetch_one(connection).await?;
    let mut rest: &[u8] = row.try_get::<Option<&[u8]>, _>("packed")?.unwrap_or_default();
    let mut folded = Vec::new();
    while !rest.is_empty() {
        let (id, packed, behind) = split_first(rest)?;
        found.insert(id, is_match(&unpacked(id, packed, &mut folded)?));
        rest = behind;
    }
    Ok(())
}

fn damaged(id: i64, reason: &str) -> SqliteError {
    SqliteError::Row { table: "article", id, reason: reason.to_owned() }
}

/// Reads the folded texts into a buffer.
fn unpacked<'a>(id: i64, packed: &[u8], folded: &'a mut Vec<u8>) -> Result<FoldedFields<&'a str>, SqliteError> {
    folded.clear();
    unpack_folded(packed, folded)
        .and_then(|()| simdutf8::basic::from_utf8(folded).ok())
        .and_then(FoldedFields::from_stored)
        .ok_or_else(|| damaged(id, "its text cannot be read"))
}

/// The id and the packed texts of the first article, and what is behind them.
fn split_first(bytes: &[u8]) -> Result<(i64, &[u8], &[u8]), SqliteError> {
    let head = || {
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let mut numbers = std::str::from_utf8(bytes.get(..end)?).ok()?.split(',').map(str::parse::<i64>);
        let numbers = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some((numbers, bytes.get(end + 1..)?))
    };
    let ((id, xxh3, length), bytes) = head().ok_or_else(|| damaged(0, "it is not as it was written"))?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let (packed, behind) = bytes.split_at_checked(length).ok_or_else(|| damaged(id, "it is cut off"))?;
    if packed_checksum(packed) != xxh3 {
        return Err(damaged(id, "the checksum of its text differs"));
    }
    Ok((id, packed, behind))
}

/// Stores the packed texts of an article again during a rebuild, because they depend on the folding.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    id: i64,
    article: &Article,
    texts: &FoldedFields,
) -> Result<(), SqliteError> {
    let packed = pack(article, texts);
    let sql = "UPDATE article SET rest_xxh3 = ?, rest = ? WHERE id = ?";
    sqlx::query(sql).bind(packed_checksum(&packed)).bind(packed).bind(id).execute(connection).await?;
    Ok(())
}

/// Whether the folded texts in an article's packed texts are these.
pub(crate) fn is_of(packed: &[u8], texts: &FoldedFields) -> bool {
    let mut folded = Vec::new();
    unpack_folded(packed, &mut folded).is_some() && folded == texts.as_str().as_bytes()
}
