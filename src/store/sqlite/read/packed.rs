//! Packs many articles into one row. Most of the cost of a short query is passing each row through the driver, so SQL
//! concatenates the articles of a page, or of a batch of lookups, into one value.
//!
//! ```text
//! packed = (head "\n" basic rest raw_head raw_content)…
//! head   = id "," name "," key_us "," basic_xxh3 "," bytes of basic "," name of the original
//!          "," rest_xxh3 "," bytes of rest
//!          "," raw_xxh3 "," bytes of raw_head "," bytes of raw_content "," is_compressed
//! ```
//!
//! A number of bytes is -1 if there is no row, and -2 if it was not requested. Owns this format.

use std::collections::HashMap;

use bytes::Bytes;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::{ArticleName, Timestamp, View};
use crate::query::{Cursor, OrderKey};
use crate::store::EncodedArticle;
use crate::store::checksums::checksum;
use crate::store::checksums::raw_checksum;
use crate::store::damage::DamagedRow;
use crate::store::packed_text::{packed_checksum, unpack_rest};
use crate::store::prepare::unpacked;
use crate::store::search::{FoundArticle, key_column};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::rows;

/// The SQL expression that packs the article `a`, with [`rows::joins`].
pub(crate) fn item(view: View, key: OrderKey) -> String {
    let key = key_column(key);
    let (rest_head, rest) = match view {
        // Constants are text, because numbers would be formatted for each row.
        View::Basic => ("'0,-2'", "''"),
        View::Full | View::Raw => ("a.rest_xxh3, length(a.rest)", "a.rest"),
    };
    let (raw_head, raw) = match view {
        View::Basic | View::Full => ("'0,-1,-1,0'", "''"),
        View::Raw => (
            "coalesce(raw.raw_xxh3, 0), coalesce(length(raw.head), -1), coalesce(length(raw.content), -1), \
             coalesce(raw.is_compressed, 0)",
            "raw.head, raw.content",
        ),
    };
    format!(
        include_str!("../queries/packed_article.sql"),
        key = key,
        rest_head = rest_head,
        raw_head = raw_head,
        rest = rest,
        raw = raw
    )
}

/// Packs the rows of `from`, in no particular order.
pub(crate) fn query(item: &str, from: &str) -> String {
    format!("SELECT CAST(group_concat({item}, '') AS BLOB) AS packed FROM {from}")
}

/// Unpacks the single row.
pub(crate) fn unpack(row: &SqliteRow) -> Result<Vec<FoundArticle>, SqliteError> {
    let Some(bytes) = row.try_get::<Option<Vec<u8>>, _>("packed")? else { return Ok(Vec::new()) };
    let bytes = Bytes::from(bytes);
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let unpacked = unpack_one(&bytes, at);
        let (packed, end) = unpacked.ok_or_else(|| SqliteError::Row {
            table: "article",
            id: all.last().map_or(0, |last: &FoundArticle| last.id),
            reason: "what follows it is not as it was written".to_owned(),
        })?;
        all.push(packed);
        at = end;
    }
    Ok(all)
}

/// Takes one part after the other.
struct Pieces<'a> {
    bytes: &'a Bytes,
    at: usize,
}

impl Pieces<'_> {
    fn take(&mut self, length: i64) -> Option<Bytes> {
        let end = self.at.checked_add(usize::try_from(length).unwrap_or_default())?;
        let piece = self.bytes.get(self.at..end).map(|piece| self.bytes.slice_ref(piece));
        self.at = end;
        piece
    }
}

/// The article that begins at `at`, and its end.
fn unpack_one(bytes: &Bytes, at: usize) -> Option<(FoundArticle, usize)> {
    let line = bytes.get(at..)?;
    let line = std::str::from_utf8(line.get(..line.iter().position(|&byte| byte == b'\n')?)?).ok()?;
    let mut fields = line.split(',');
    let id: i64 = fields.next()?.parse().ok()?;
    let name = ArticleName::from_id(fields.next()?).ok()?;
    let key_us: i64 = fields.next()?.parse().ok()?;
    let mut number = || fields.next()?.parse::<i64>().ok();
    let (basic_xxh3, basic_bytes) = (number()?, number()?);
    let original = fields.next()?;
    let original = if original.is_empty() { None } else { Some(ArticleName::from_id(original).ok()?) };
    let mut number = || fields.next()?.parse::<i64>().ok();
    let (rest_xxh3, rest_bytes) = (number()?, number()?);
    let (raw_xxh3, raw_head_bytes, raw_bytes, is_compressed) = (number()?, number()?, number()?, number()? != 0);

    let mut pieces = Pieces { bytes, at: at + line.len() + 1 };
    let (basic, rest) = (pieces.take(basic_bytes)?, pieces.take(rest_bytes)?);
    let (raw_head, raw_content) = (pieces.take(raw_head_bytes)?, pieces.take(raw_bytes)?);
    let damaged = |table, reason: &str| Err(DamagedRow { table, id, reason: reason.to_owned() });
    let article = if checksum(&basic) != basic_xxh3 {
        damaged("article", "the checksum differs")
    } else if rest_bytes >= 0 && packed_checksum(&rest) != rest_xxh3 {
        damaged("article", "the checksum of its text differs")
    } else if raw_bytes >= 0 && raw_checksum(&raw_head, &raw_content) != raw_xxh3 {
        damaged("raw", "the checksum differs")
    } else {
        let rest = if rest_bytes < 0 { Some(Bytes::new()) } else { unpack_rest(&rest).map(Bytes::from) };
        match rest.map(|rest| EncodedArticle::from_pieces(basic, original.as_ref(), rest)) {
            None => damaged("article", "its text cannot be read"),
            Some(article) if raw_bytes < 0 => Ok(article),
            Some(article) => match unpacked(raw_content, is_compressed) {
                Some(content) => Ok(article.with_raw(raw_head, content)),
                None => damaged("raw", "it cannot be decompressed"),
            },
        }
    };
    let time = Timestamp::from_microsecond(key_us).ok()?;
    Some((FoundArticle { id, cursor: Cursor { time, name }, article }, pieces.at))
}

/// The articles with these names, in any order, without missing ones.
pub(crate) async fn by_name(
    connection: &mut SqliteConnection,
    names: &[&ArticleName],
    view: View,
) -> Result<Vec<FoundArticle>, SqliteError> {
    let (item, joins) = (item(view, OrderKey::EffectiveTime), rows::joins(view));
    let row = if let [name] = names {
        let sql = query(&item, &format!("article AS a {joins} WHERE a.name = ?1"));
        sqlx::query(AssertSqlSafe(sql)).bind(name.id()).fetch_one(connection).await?
    } else {
        let from = format!("json_each(?1) AS wanted CROSS JOIN article AS a ON a.name = wanted.value {joins}");
        let ids: Vec<&str> = names.iter().map(|name| name.id()).collect();
        sqlx::query(AssertSqlSafe(query(&item, &from))).bind(json_list(&ids)).fetch_one(connection).await?
    };
    unpack(&row)
}

/// The articles with these names, in the order of the names.
pub(crate) async fn batch_get(
    connection: &mut SqliteConnection,
    names: &[ArticleName],
    view: View,
) -> Result<Vec<Option<EncodedArticle>>, SqliteError> {
    let mut found = HashMap::new();
    for packed in by_name(connection, &names.iter().collect::<Vec<_>>(), view).await? {
        found.insert(packed.cursor.name, packed.article?);
    }
    Ok(names.iter().map(|name| found.get(name).cloned()).collect())
}
