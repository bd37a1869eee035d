//! Reads articles from the rows of a reading connection, in the contract's encoding.
//!
//! Owns the columns of each view, and their checksums. `sqlite/rows` does the same for the writer's connection, and decodes.

use bytes::Bytes;
use rusqlite::{Row, Statement};

use crate::article::{ArticleName, Timestamp, View};
use crate::query::{Cursor, OrderKey};
use crate::store::EncodedArticle;
use crate::store::checksums::checksum;
use crate::store::damage::DamagedRow;
use crate::store::packed_raw::RawForm;
use crate::store::packed_text::{packed_checksum, unpack_rest};
use crate::store::search::{FoundArticle, key_column};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::connection::{ReadConnection, collect, columns_struct};
use crate::store::sqlite::rows;

/// The columns of a view and of an order's key. The article's table is `a`; join `rows::joins` too.
pub(in crate::store::sqlite) fn columns(view: View, key: OrderKey) -> String {
    format!("a.name, a.{} AS key_us, {}", key_column(key), rows::columns(view))
}

columns_struct! {
    /// The columns of the BASIC view.
    struct BasicColumns<'r> at BasicColumnsAt {
        name: &'r str,
        key_us: i64,
        id: i64,
        basic: &'r [u8],
        basic_xxh3: i64,
        original_name: Option<&'r str>,
    }
}

columns_struct! {
    /// The columns that FULL adds.
    struct TextColumns<'r> at TextColumnsAt {
        rest: &'r [u8],
        rest_xxh3: i64,
    }
}

columns_struct! {
    /// The columns that RAW adds; they are NULL if there is no raw document.
    struct RawColumns<'r> at RawColumnsAt {
        head: Option<&'r [u8]>,
        content: Option<&'r [u8]>,
        form: Option<i64>,
        raw_xxh3: Option<i64>,
    }
}

/// Reads the rows of one statement.
pub(in crate::store::sqlite) struct ArticleRows {
    basic: BasicColumnsAt,
    text: Option<TextColumnsAt>,
    raw: Option<RawColumnsAt>,
}

impl ArticleRows {
    pub(in crate::store::sqlite) fn of(statement: &Statement<'_>, view: View) -> Result<Self, SqliteError> {
        Ok(Self {
            basic: BasicColumnsAt::of(statement)?,
            text: (view >= View::Full).then(|| TextColumnsAt::of(statement)).transpose()?,
            raw: (view == View::Raw).then(|| RawColumnsAt::of(statement)).transpose()?,
        })
    }

    pub(in crate::store::sqlite) fn read(&self, row: &Row<'_>) -> Result<FoundArticle, SqliteError> {
        let BasicColumns { name, key_us, id, basic, basic_xxh3, original_name } = self.basic.read(row)?;
        let malformed = |what: &str| damaged("article", id, &format!("{what} is malformed"));
        let name = ArticleName::from_id(name).map_err(|_| malformed("name"))?;
        let time = Timestamp::from_microsecond(key_us).map_err(|_| malformed("its time"))?;
        let original = original_name.map(ArticleName::from_id).transpose();
        let original = original.map_err(|_| malformed("the name of its original"))?;
        let cursor = Cursor { time, name };
        if checksum(basic) != basic_xxh3 {
            return Ok(FoundArticle { id, cursor, article: Err(damaged("article", id, "the checksum differs")) });
        }
        let text = self.text.map(|columns| columns.read(row)).transpose()?;
        let raw = self.raw.map(|columns| columns.read(row)).transpose()?;
        let article = text.map_or(Ok(Bytes::new()), |text| rest_of(id, &text)).and_then(|rest| {
            let article = EncodedArticle::from_pieces(Bytes::copy_from_slice(basic), original.as_ref(), rest);
            match raw {
                Some(raw) => with_raw(id, article, &raw),
                None => Ok(article),
            }
        });
        Ok(FoundArticle { id, cursor, article })
    }
}

fn damaged(table: &'static str, id: i64, reason: &str) -> DamagedRow {
    DamagedRow { table, id, reason: reason.to_owned() }
}

fn rest_of(id: i64, &TextColumns { rest, rest_xxh3 }: &TextColumns<'_>) -> Result<Bytes, DamagedRow> {
    if packed_checksum(rest) != rest_xxh3 {
        return Err(damaged("article", id, "the checksum of its text differs"));
    }
    unpack_rest(rest).map(Bytes::from).ok_or_else(|| damaged("article", id, "its text cannot be read"))
}

fn with_raw(id: i64, article: EncodedArticle, raw: &RawColumns<'_>) -> Result<EncodedArticle, DamagedRow> {
    let &RawColumns { head: Some(head), content: Some(content), form, raw_xxh3 } = raw else {
        return Ok(article);
    };
    let form = form.and_then(RawForm::of_number).filter(|form| Some(form.checksum(head, content)) == raw_xxh3);
    let form = form.ok_or_else(|| damaged("raw", id, "the checksum differs"))?;
    let content = form.unpack(content).ok_or_else(|| damaged("raw", id, "it cannot be decompressed"))?;
    Ok(article.with_raw(Bytes::copy_from_slice(head), content))
}

/// Runs a statement whose rows are articles.
pub(in crate::store::sqlite) fn read_all(
    connection: &ReadConnection,
    sql: &str,
    view: View,
    parameters: impl rusqlite::Params,
) -> Result<Vec<FoundArticle>, SqliteError> {
    let mut statement = connection.statement(sql)?;
    let rows = ArticleRows::of(&statement, view)?;
    collect(&mut statement.query(parameters)?, |row| rows.read(row))
}
