//! Brings a store of a schema before packed texts to the current one: packs the texts of all articles, then rewrites the file
//! without its free pages.
//!
//! Articles are packed in batches, each in a transaction that also removes their old rows, so that a killed migration goes on
//! where it was. The file is rewritten to a copy next to it, which takes its place when it is complete and durable. Only then
//! the old tables are dropped, which is how a start knows that nothing is left to do.

use std::io;
use std::path::Path;

use sqlx::SqliteConnection;

use crate::query::FoldedFields;
use crate::store::OpenError;
use crate::store::checksums::checksum;
use crate::store::packed_text::{pack, packed_checksum};
use crate::store::record;
use crate::store::sqlite::connect::{Role, close, connect};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::files::{io_error, next_to, refused};
use crate::store::sqlite::lock::create_private;
use crate::store::sqlite::maintenance::backup::{copy, part_of, publish, remove};
use crate::store::sqlite::row_struct::row_struct;
use crate::store::sqlite::schema::migrate_to;
use crate::store::sqlite::transaction::{self, Begin, End};

/// The schema version with a place for packed texts, and the one without the old tables.
pub(crate) const HAS_PLACE: i64 = 8;
const IS_PACKED: i64 = 9;

/// The number of articles in a transaction: enough to amortize a sync, and little enough for memory, as a body has up to 1 MiB.
const AT_ONCE: i64 = 256;

/// The number of batches between two lines of progress.
const REPORT_BATCHES: u64 = 40;

/// Packs the texts of a store with this schema version, if it has an older one than packed texts.
pub(crate) async fn repack(path: &Path, found: i64) -> Result<(), OpenError> {
    if !(1..IS_PACKED).contains(&found) {
        return Ok(());
    }
    let mut connection = connect(path, Role::Write).await.map_err(|fault| refused(path, &fault))?;
    let packed = pack_all(&mut connection).await;
    close(connection).await;
    packed.map_err(|fault| refused(path, &fault))?;
    // A store with free pages works, so a file that cannot be rewritten is no reason to refuse it.
    match compact(path).await {
        Ok(bytes) => tracing::info!(bytes, "the store's file is rewritten without free pages"),
        Err(error) => {
            tracing::warn!(%error, "the store's file keeps its free pages, which later writes use; a backup has none");
        }
    }
    Ok(())
}

async fn pack_all(connection: &mut SqliteConnection) -> Result<(), SqliteError> {
    migrate_to(connection, HAS_PLACE).await?;
    sqlx::query("PRAGMA wal_autocheckpoint = 1000").execute(&mut *connection).await?;
    let articles: i64 = sqlx::query_scalar("SELECT count(*) FROM body").fetch_one(&mut *connection).await?;
    let mut packed = 0;
    for batch in 1_u64.. {
        let count = pack_some(connection, AT_ONCE).await?;
        packed += count;
        if batch.is_multiple_of(REPORT_BATCHES) || count == 0 {
            tracing::info!(packed, of = articles, "packing the texts of stored articles");
        }
        if count == 0 {
            break;
        }
    }
    // Of articles without a body.
    sqlx::query("DELETE FROM folded").execute(connection).await?;
    Ok(())
}

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
    let rows =
        sqlx::query(include_str!("../queries/rows_to_pack.sql")).bind(at_once).fetch_all(&mut *connection).await?;
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
        let query = sqlx::query(include_str!("../queries/pack_row.sql")).bind(rest).bind(rest_xxh3).bind(row.id);
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

/// Rewrites the file without free pages, and returns its size in bytes. No connection of this process may be open.
async fn compact(path: &Path) -> Result<u64, OpenError> {
    let part = part_of(path);
    remove(&part).map_err(|error| io_error(&part, &error))?;
    let compacted = async {
        create_private(&part).map_err(|error| io_error(&part, &error))?;
        let mut connection = connect(path, Role::WriteNew).await.map_err(|fault| refused(path, &fault))?;
        let copied = copy(&mut connection, &part).await;
        close(connection).await;
        copied.map_err(|fault| refused(path, &fault))?;
        // The last connection removes the log. One that another process reads belongs to the file that it has open.
        if next_to(path, "-wal").exists() {
            let error = io::Error::new(io::ErrorKind::ResourceBusy, "another process has the store open");
            return Err(io_error(path, &error));
        }
        publish(&part, path).map_err(|error| io_error(path, &error))
    };
    let compacted = compacted.await;
    if compacted.is_err() {
        // The earlier error is the one to report.
        _ = remove(&part);
    }
    compacted
}
