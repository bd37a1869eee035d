//! Reads the folded texts of articles, with which candidates of the keyword index are verified.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use crate::article::Article;
use crate::query::FoldedFields;
use crate::store::packed_text::{pack, packed_checksum, unpack_folded};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::connection::{ReadConnection, columns_struct};

columns_struct! {
    struct FoldedColumns<'r> at FoldedColumnsAt {
        id: i64,
        rest: &'r [u8],
        rest_xxh3: i64,
    }
}

/// Evaluates a predicate on the folded texts of some articles, one at a time. Missing articles are omitted.
pub(crate) fn matches(
    connection: &ReadConnection,
    ids: &[i64],
    is_match: impl Fn(&FoldedFields<&str>) -> bool,
) -> Result<HashMap<i64, bool>, SqliteError> {
    let mut found = HashMap::with_capacity(ids.len());
    let mut statement = connection.statement(include_str!("../queries/folded.sql"))?;
    let columns = FoldedColumnsAt::of(&statement)?;
    let mut rows = statement.query([json_list(ids)])?;
    let mut folded = Vec::new();
    while let Some(row) = rows.next()? {
        let FoldedColumns { id, rest, rest_xxh3 } = columns.read(row)?;
        if packed_checksum(rest) != rest_xxh3 {
            return Err(damaged(id, "the checksum of its text differs"));
        }
        found.insert(id, is_match(&unpacked(id, rest, &mut folded)?));
    }
    Ok(found)
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
