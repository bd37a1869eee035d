//! Articles from rows: which columns a view needs, and what they must add up to.

use bytes::Bytes;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::article::{Article, ArticleName, RawDocument, View};
use crate::store::record;
use crate::store::sqlite::error::SqliteError;

/// The largest document that is ever stored, with room to spare: what a damaged length must not pass.
const MAX_RAW_BYTES: usize = 64 << 20;

/// The columns of a view. The article's table is `a`; join [`joins`] too.
pub(super) fn columns(view: View) -> &'static str {
    match view {
        View::Basic => "a.id, a.basic, a.basic_xxh3, original.name",
        View::Full => "a.id, a.basic, a.basic_xxh3, original.name, body.rest, body.rest_xxh3",
        View::Raw => {
            "a.id, a.basic, a.basic_xxh3, original.name, body.rest, body.rest_xxh3, raw.head, raw.content, \
             raw.is_compressed, raw.raw_xxh3"
        }
    }
}

pub(super) fn joins(view: View) -> &'static str {
    match view {
        View::Basic => "LEFT JOIN article AS original ON original.id = a.duplicate_of",
        View::Full => "LEFT JOIN article AS original ON original.id = a.duplicate_of LEFT JOIN body ON body.id = a.id",
        View::Raw => {
            "LEFT JOIN article AS original ON original.id = a.duplicate_of LEFT JOIN body ON body.id = a.id \
             LEFT JOIN raw ON raw.id = a.id"
        }
    }
}

/// Reads the columns of a view, which begin at column `first`.
pub(super) fn read(row: &SqliteRow, first: usize, view: View) -> Result<Article, SqliteError> {
    let id: i64 = row.try_get(first)?;
    let basic: &[u8] = row.try_get(first + 1)?;
    if checksum(basic) != row.try_get::<i64, _>(first + 2)? {
        return Err(SqliteError::checksum("article", id));
    }
    let mut article = record::decode_basic(basic).map_err(|bad| SqliteError::row("article", id, &bad))?;
    if let Some(original) = row.try_get::<Option<&str>, _>(first + 3)? {
        let original = ArticleName::from_id(original);
        article.duplicate_of =
            Some(original.map_err(|_| SqliteError::row("article", id, &record::BadRecord::Field("name")))?);
    }
    if view >= View::Full {
        let rest: Option<&[u8]> = row.try_get(first + 4)?;
        let rest = rest.ok_or_else(|| missing("body", id))?;
        if checksum(rest) != row.try_get::<i64, _>(first + 5)? {
            return Err(SqliteError::checksum("body", id));
        }
        record::decode_rest(&mut article, rest).map_err(|bad| SqliteError::row("body", id, &bad))?;
    }
    if view == View::Raw {
        article.raw = read_raw(row, first, id)?;
    }
    Ok(article)
}

fn missing(table: &'static str, id: i64) -> SqliteError {
    SqliteError::Row { table, id, reason: "the row is missing".to_owned() }
}

fn read_raw(row: &SqliteRow, first: usize, id: i64) -> Result<Option<RawDocument>, SqliteError> {
    let Some(head) = row.try_get::<Option<&[u8]>, _>(first + 6)? else { return Ok(None) };
    let content: &[u8] = row.try_get(first + 7)?;
    let is_compressed: bool = row.try_get(first + 8)?;
    if raw_checksum(head, content) != row.try_get::<i64, _>(first + 9)? {
        return Err(SqliteError::checksum("raw", id));
    }
    let content = unpacked(content.to_vec().into(), is_compressed);
    let content =
        content.ok_or_else(|| SqliteError::Row { table: "raw", id, reason: "it cannot be decompressed".to_owned() })?;
    record::decode_raw(head, content.into()).map(Some).map_err(|bad| SqliteError::row("raw", id, &bad))
}

/// The content of a raw document as it was ingested.
pub(super) fn unpacked(content: Bytes, is_compressed: bool) -> Option<Bytes> {
    if is_compressed { zstd::bulk::decompress(&content, MAX_RAW_BYTES).ok().map(Bytes::from) } else { Some(content) }
}

/// SQLite's integers are signed; the bits are what counts.
pub(super) fn checksum(bytes: &[u8]) -> i64 {
    xxh3_64(bytes).cast_signed()
}

pub(super) fn raw_checksum(head: &[u8], content: &[u8]) -> i64 {
    xxh3_64_with_seed(content, xxh3_64(head)).cast_signed()
}

pub(super) async fn get(
    connection: &mut SqliteConnection,
    name: &ArticleName,
    view: View,
) -> Result<Option<Article>, SqliteError> {
    let sql = format!("SELECT {} FROM article AS a {} WHERE a.name = ?1", columns(view), joins(view));
    let row = sqlx::query(AssertSqlSafe(sql)).bind(name.id()).fetch_optional(connection).await?;
    row.map(|row| read(&row, 0, view)).transpose()
}

pub(super) async fn ping(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    sqlx::query("SELECT 1 FROM article LIMIT 1").fetch_optional(connection).await?;
    Ok(())
}
