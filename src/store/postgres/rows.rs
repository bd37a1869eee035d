//! Reads articles from rows: the columns of each view, and their checksums.

use bytes::Bytes;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row};

use crate::article::{Article, ArticleName, Timestamp, View};
use crate::query::{Cursor, OrderKey};
use crate::store::EncodedArticle;
use crate::store::checksums::{checksum, raw_checksum};
use crate::store::damage::DamagedRow;
use crate::store::packed_raw::RawForm;
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;
use crate::store::record::BadRecord;
use crate::store::search::{FoundArticle, key_column};

/// The columns of a view of the article `a`, and the time of an order; join [`joins`] too.
pub(super) fn columns(view: View, key: OrderKey) -> String {
    let more = match view {
        View::Basic => "",
        View::Full => ", body.rest, body.rest_xxh3",
        View::Raw => ", body.rest, body.rest_xxh3, raw.head, raw.content, raw.is_compressed, raw.raw_xxh3",
    };
    format!("a.id, a.name, a.{} AS key_us, a.basic, a.basic_xxh3, a.original_name{more}", key_column(key))
}

pub(super) fn joins(view: View) -> &'static str {
    match view {
        View::Basic => "",
        View::Full => "LEFT JOIN body ON body.name = a.name",
        View::Raw => "LEFT JOIN body ON body.name = a.name LEFT JOIN raw ON raw.name = a.name",
    }
}

row_struct! {
    /// The columns of the BASIC view.
    struct ArticleColumns<'r> {
        id: i64,
        name: &'r str,
        key_us: i64,
        basic: &'r [u8],
        basic_xxh3: i64,
        original_name: Option<&'r str>,
    }
}

row_struct! {
    /// The columns that FULL adds; `None` if the row is missing.
    struct BodyColumns<'r> {
        rest: Option<&'r [u8]>,
        rest_xxh3: Option<i64>,
    }
}

row_struct! {
    /// The columns that RAW adds; `None` if there is no raw document.
    struct RawColumns<'r> {
        head: Option<&'r [u8]>,
        content: Option<&'r [u8]>,
        is_compressed: Option<bool>,
        raw_xxh3: Option<i64>,
    }
}

/// Reads the columns of a view.
pub(super) fn read(row: &PgRow, view: View) -> Result<FoundArticle, PostgresError> {
    let ArticleColumns { id, name, key_us, basic, basic_xxh3, original_name } = ArticleColumns::read(row)?;
    let bad = |field| PostgresError::row("article", id, &BadRecord::Field(field));
    let name = ArticleName::from_id(name).map_err(|_| bad("name"))?;
    let time = Timestamp::from_microsecond(key_us).map_err(|_| bad("time"))?;
    let original = original_name.map(ArticleName::from_id).transpose().map_err(|_| bad("original_name"))?;
    let rest = if view >= View::Full { Some(BodyColumns::read(row)?) } else { None };
    let raw = if view == View::Raw { Some(RawColumns::read(row)?) } else { None };
    let damaged = |table, reason: &str| DamagedRow { table, id, reason: reason.to_owned() };
    let assembled = || {
        if checksum(basic) != basic_xxh3 {
            return Err(damaged("article", "the checksum differs"));
        }
        let rest = match rest {
            None => &[],
            Some(BodyColumns { rest: Some(rest), rest_xxh3 }) if Some(checksum(rest)) == rest_xxh3 => rest,
            Some(BodyColumns { rest: None, .. }) => return Err(damaged("body", "the row is missing")),
            Some(_) => return Err(damaged("body", "the checksum differs")),
        };
        let both = Bytes::from([basic, rest].concat());
        let (basic, rest) = (both.slice(..basic.len()), both.slice(basic.len()..));
        let article = EncodedArticle::from_pieces(basic, original.as_ref(), rest);
        let Some(RawColumns { head: Some(head), content: Some(content), is_compressed, raw_xxh3 }) = raw else {
            return Ok(article);
        };
        if Some(raw_checksum(head, content)) != raw_xxh3 {
            return Err(damaged("raw", "the checksum differs"));
        }
        let content = if is_compressed == Some(true) { RawForm::Zstd } else { RawForm::Plain }.unpack(content);
        let content = content.ok_or_else(|| damaged("raw", "it cannot be decompressed"))?;
        Ok(article.with_raw(Bytes::copy_from_slice(head), content))
    };
    let article = assembled();
    Ok(FoundArticle { id, cursor: Cursor { time, name }, article })
}

pub(super) fn read_all(rows: &[PgRow], view: View) -> Result<Vec<FoundArticle>, PostgresError> {
    rows.iter().map(|row| read(row, view)).collect()
}

/// Reads and decodes.
pub(super) fn read_decoded(row: &PgRow, view: View) -> Result<Article, PostgresError> {
    let FoundArticle { id, article, .. } = read(row, view)?;
    article?.decode().map_err(|bad| PostgresError::row("article", id, &bad))
}

/// The articles with these names, in any order, without missing ones.
pub(super) async fn by_name(
    connection: &mut PgConnection,
    names: &[&str],
    view: View,
) -> Result<Vec<FoundArticle>, PostgresError> {
    let (columns, joins) = (columns(view, OrderKey::EffectiveTime), joins(view));
    let sql = format!("SELECT {columns} FROM article AS a {joins} WHERE a.name = ANY ($1)");
    read_all(&sqlx::query(AssertSqlSafe(sql)).bind(names).fetch_all(connection).await?, view)
}

/// Up to `limit` articles after an id, in creation order.
pub(super) async fn after(
    connection: &mut PgConnection,
    id: i64,
    view: View,
    limit: usize,
) -> Result<Vec<(i64, Article)>, PostgresError> {
    let columns = columns(view, OrderKey::EffectiveTime);
    let sql = format!(include_str!("queries/articles_after.sql"), columns = columns, joins = joins(view));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, read_decoded(row, view)?))).collect()
}

pub(super) async fn ping(connection: &mut PgConnection) -> Result<(), PostgresError> {
    sqlx::query("SELECT 1 FROM store_state").fetch_one(connection).await?;
    Ok(())
}
