//! Packs raw documents in the forms of `store/packed_raw`, where they were only compressed by zstd.

use sqlx::SqliteConnection;

use crate::store::checksums::raw_checksum;
use crate::store::packed_raw::{PackedRaw, RawForm};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::transaction::{self, Begin, End};
use crate::store::text_form::TextForm;

/// The bytes from which a batch takes no further document, as one has up to 8 MiB.
const MAX_BYTES: i64 = 8 << 20;

row_struct! {
    struct DocumentToPack<'r> {
        id: i64,
        head: &'r [u8],
        content: &'r [u8],
        is_compressed: bool,
        raw_xxh3: i64,
    }
}

/// Packs a batch, and returns the number of its documents.
pub(crate) async fn pack_some(connection: &mut SqliteConnection, at_once: i64) -> Result<i64, SqliteError> {
    transaction::begin(connection, Begin::Write).await?;
    let sql = include_str!("../../queries/documents_to_pack.sql");
    let rows = sqlx::query(sql).bind(at_once).bind(MAX_BYTES).fetch_all(&mut *connection).await?;
    for row in &rows {
        let row = DocumentToPack::read(row)?;
        let (packed, xxh3) = match packed(&row) {
            Some(packed) => {
                let xxh3 = packed.form.checksum(&packed.head, &packed.content);
                (packed, xxh3)
            }
            None => {
                tracing::warn!(id = row.id, "the raw document is damaged, and stays so");
                let (head, content, form) = (row.head.to_vec(), row.content.to_vec(), RawForm::Plain);
                let xxh3 = !form.checksum(&head, &content);
                (PackedRaw { head, content: content.into(), form }, xxh3)
            }
        };
        let PackedRaw { head, content, form } = packed;
        sqlx::query(include_str!("../../queries/pack_document.sql"))
            .bind(row.id)
            .bind(head)
            .bind(Vec::from(content))
            .bind(form as i64)
            .bind(xxh3)
            .bind(row.id)
            .execute(&mut *connection)
            .await?;
    }
    transaction::end(connection, End::Commit).await?;
    Ok(rows.len() as i64)
}

/// `None` if the document is damaged. Damage must still be seen after the migration.
fn packed(row: &DocumentToPack) -> Option<PackedRaw> {
    let DocumentToPack { id: _, head, content, is_compressed, raw_xxh3 } = *row;
    if raw_checksum(head, content) != raw_xxh3 {
        return None;
    }
    let form = if is_compressed { RawForm::Zstd } else { RawForm::Plain };
    Some(PackedRaw::of_pieces(head.to_vec(), form.unpack(content)?, TextForm::Packed))
}
