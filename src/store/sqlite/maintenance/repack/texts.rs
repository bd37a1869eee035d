//! Packs bodies and folded texts, each in a table of its own, into the rows of their articles.

use sqlx::SqliteConnection;

use crate::query::FoldedFields;
use crate::store::checksums::checksum;
use crate::store::packed_text::{pack, packed_checksum};
use crate::store::record;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::transaction::{self, Begin, End};

row_struct! {
    struct RowToPack<'r> {
        id: i64,
        rest: &'r [u8],
        rest_xxh3: i64,
        basic: Option<&'r [u8]>,
        basic_xxh3: Option<i64>,
    }
}

/// Packs a batch, and returns the number of its articles.
pub(crate) async fn pack_some(connection: &mut SqliteConnection, at_once: i64) -> Result<i64, SqliteError> {
    transaction::begin(connection, Begin::Write).await?;
    let sql = include_str!("../../queries/rows_to_pack.sql");
    let rows = sqlx::query(sql).bind(at_once).fetch_all(&mut *connection).await?;
    for row in &rows {
        let row = RowToPack::read(row)?;
        let (rest, rest_xxh3) = match packed(&row) {
            Some(packed) => {
                let xxh3 = packed_checksum(&packed);
                (packed, xxh3)
            }
            None => {
                tracing::warn!(id = row.id, "the article is damaged, and stays so");
                (row.rest.to_vec(), !packed_checksum(row.rest))
            }
        };
        let query = sqlx::query(include_str!("../../queries/pack_row.sql")).bind(rest).bind(rest_xxh3).bind(row.id);
        query.bind(row.id).bind(row.id).execute(&mut *connection).await?;
    }
    transaction::end(connection, End::Commit).await?;
    Ok(rows.len() as i64)
}

/// `None` if the article is damaged. Damage must still be seen after the migration.
fn packed(row: &RowToPack) -> Option<Vec<u8>> {
    let basic = row.basic.filter(|basic| Some(checksum(basic)) == row.basic_xxh3)?;
    if checksum(row.rest) != row.rest_xxh3 {
        return None;
    }
    let mut article = record::decode_basic(basic).ok()?;
    record::decode_rest(&mut article, row.rest).ok()?;
    Some(pack(&article, &FoldedFields::of(&article.content)))
}
