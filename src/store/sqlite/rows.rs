//! Reads articles from rows: the columns of each view, and their checksums.

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::article::{Article, ArticleName, RawDocument, View};
use crate::store::checksums::checksum;
use crate::store::packed_raw::RawForm;
use crate::store::packed_text::{packed_checksum, unpack_rest};
use crate::store::record;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;

/// The columns of a view. The article's table is `a`; join [`joins`] too.
pub(super) fn columns(view: View) -> &'static str {
    match view {
        View::Basic => "a.id, a.basic, a.basic_xxh3, original.name AS original_name",
        View::Full => "a.id, a.basic, a.basic_xxh3, original.name AS original_name, a.rest, a.rest_xxh3",
        View::Raw => {
            "a.id, a.basic, a.basic_xxh3, original.name AS original_name, a.rest, a.rest_xxh3, \
             raw.head, raw.content, raw.form, raw.raw_xxh3"
        }
    }
}

pub(super) fn joins(view: View) -> &'static str {
    match view {
        View::Basic => "LEFT JOIN article AS original ON original.id = a.duplicate_of",
        View::Full => "LEFT JOIN article AS original ON original.id = a.duplicate_of",
        View::Raw => "LEFT JOIN article AS original ON original.id = a.duplicate_of LEFT JOIN raw ON raw.id = a.id",
    }
}

row_struct! {
    /// The columns of the BASIC view.
    struct ArticleRow<'r> {
        id: i64,
        basic: &'r [u8],
        basic_xxh3: i64,
        original_name: Option<&'r str>,
    }
}

row_struct! {
    /// The columns that FULL adds.
    struct RestColumns<'r> {
        rest: &'r [u8],
        rest_xxh3: i64,
    }
}

row_struct! {
    /// The columns that RAW adds.
    struct RawRow<'r> {
        head: &'r [u8],
        content: &'r [u8],
        form: i64,
        raw_xxh3: i64,
    }
}

/// Reads the columns of a view.
pub(super) fn read(row: &SqliteRow, view: View) -> Result<Article, SqliteError> {
    let ArticleRow { id, basic, basic_xxh3, original_name } = ArticleRow::read(row)?;
    if checksum(basic) != basic_xxh3 {
        return Err(SqliteError::checksum("article", id));
    }
    let mut article = record::decode_basic(basic).map_err(|bad| SqliteError::row("article", id, &bad))?;
    if let Some(original) = original_name {
        let original = ArticleName::from_id(original);
        article.duplicate_of =
            Some(original.map_err(|_| SqliteError::row("article", id, &record::BadRecord::Field("name")))?);
    }
    if view >= View::Full {
        let RestColumns { rest, rest_xxh3 } = RestColumns::read(row)?;
        if packed_checksum(rest) != rest_xxh3 {
            return Err(SqliteError::checksum("article", id));
        }
        let rest =
            unpack_rest(rest).ok_or_else(|| SqliteError::row("article", id, &record::BadRecord::Field("rest")))?;
        record::decode_rest(&mut article, &rest).map_err(|bad| SqliteError::row("article", id, &bad))?;
    }
    if view == View::Raw {
        article.raw = read_raw(row, id)?;
    }
    Ok(article)
}

fn read_raw(row: &SqliteRow, id: i64) -> Result<Option<RawDocument>, SqliteError> {
    if row.try_get::<Option<&[u8]>, _>("head")?.is_none() {
        return Ok(None);
    }
    let RawRow { head, content, form, raw_xxh3 } = RawRow::read(row)?;
    let form = RawForm::of_number(form).filter(|form| form.checksum(head, content) == raw_xxh3);
    let form = form.ok_or_else(|| SqliteError::checksum("raw", id))?;
    let content = form.unpack(content).ok_or_else(|| SqliteError::Row {
        table: "raw",
        id,
        reason: "it cannot be decompressed".to_owned(),
    })?;
    record::decode_raw(head, content.into()).map(Some).map_err(|bad| SqliteError::row("raw", id, &bad))
}

/// Up to `limit` articles after an id, in creation order.
pub(super) async fn after(
    connection: &mut SqliteConnection,
    id: i64,
    view: View,
    limit: usize,
) -> Result<Vec<SqliteRow>, SqliteError> {
    let sql = format!(include_str!("queries/articles_after.sql"), columns = columns(view), joins = joins(view));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(id).bind(limit).fetch_all(connection).await?)
}
