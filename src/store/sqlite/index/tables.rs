//! Every statement on the tables of the index: [`IndexStorage`] for SQLite.

use std::collections::HashMap;

use bytes::Bytes;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};

use crate::keyword_index::{
    Block, BlockId, Damaged, EncodedBlock, IndexContext, IndexReader, IndexStorage, Place, SegmentId, SegmentSwap,
    StoredState,
};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::row_struct::row_struct;

/// The number of blocks that a statement writes. Most of its cost is the round trip to SQLite's thread.
const BLOCKS_AT_ONCE: usize = 32;

/// The states of a segment, as documented in the migration.
const BEING_WRITTEN: i64 = 0;
const IN_USE: i64 = 1;
const REPLACED: i64 = 2;

impl From<Damaged> for SqliteError {
    fn from(damaged: Damaged) -> Self {
        SqliteError::Row { table: "keyword_block", id: damaged.block.key(), reason: damaged.what.to_owned() }
    }
}

/// The statements that `read/index_reader` runs too.
pub(in crate::store::sqlite) const STATE: &str = "SELECT generation, next_segment FROM keyword_state";
pub(in crate::store::sqlite) const SEGMENTS_IN_USE: &str = "SELECT id FROM keyword_segment WHERE state = 1 ORDER BY id";
pub(in crate::store::sqlite) const DELETIONS: &str = "SELECT segment, ordinal FROM keyword_deletion";
pub(in crate::store::sqlite) const DIRECTORY: &str =
    "SELECT key, bytes FROM keyword_block WHERE key BETWEEN ?1 AND ?2 ORDER BY key";
pub(in crate::store::sqlite) const BLOCKS: &str =
    "SELECT key, bytes FROM keyword_block WHERE key IN (SELECT value FROM json_each(?1))";

row_struct! {
    struct StateRow {
        generation: i64,
        next_segment: i64,
    }
}

row_struct! {
    struct BlockRow {
        key: i64,
        bytes: Vec<u8>,
    }
}

row_struct! {
    struct PlaceRow {
        segment: i64,
        ordinal: i64,
    }
}

impl IndexReader for SqliteConnection {
    type Error = SqliteError;

    async fn read_state(&mut self, _known: i64) -> Result<StoredState, SqliteError> {
        let row = sqlx::query(STATE).fetch_one(&mut *self).await?;
        let StateRow { generation, next_segment } = StateRow::read(&row)?;
        let segments: Vec<i64> = sqlx::query_scalar(SEGMENTS_IN_USE).fetch_all(&mut *self).await?;
        let deleted = sqlx::query(DELETIONS).fetch_all(self).await?;
        Ok(StoredState {
            generation,
            next_segment: segment_id(next_segment)?.0,
            segments: segments.into_iter().map(segment_id).collect::<Result<_, _>>()?,
            deleted: deleted.iter().map(place).collect::<Result<_, _>>()?,
        })
    }

    async fn read_directory(&mut self, id: SegmentId) -> Result<Vec<Block>, SqliteError> {
        let (first, last) = BlockId::directory_keys_of(id);
        sqlx::query(DIRECTORY).bind(first).bind(last).fetch_all(self).await?.iter().map(block).collect()
    }

    async fn read_blocks(&mut self, ids: &[BlockId]) -> Result<Vec<Block>, SqliteError> {
        let keys: Vec<i64> = ids.iter().map(|id| id.key()).collect();
        let mut found = HashMap::with_capacity(ids.len());
        for row in sqlx::query(BLOCKS).bind(json_list(&keys)).fetch_all(self).await? {
            let block = block(&row)?;
            found.insert(block.id(), block);
        }
        in_order(ids, found)
    }

    fn describe_damage(error: SqliteError) -> Result<String, SqliteError> {
        error.describe_damage()
    }
}

impl IndexStorage for SqliteConnection {
    async fn new_segment(&mut self, context: &IndexContext) -> Result<SegmentId, SqliteError> {
        // No other process writes.
        Ok(context.new_segment())
    }

    async fn write_blocks(&mut self, blocks: &[EncodedBlock]) -> Result<(), SqliteError> {
        for blocks in blocks.chunks(BLOCKS_AT_ONCE) {
            let rows = vec!["(?, ?)"; blocks.len()].join(", ");
            let sql = format!("INSERT INTO keyword_block (key, bytes) VALUES {rows}");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for block in blocks {
                query = query.bind(block.id.key()).bind(block.bytes.as_slice());
            }
            query.execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn swap_segments(&mut self, swap: SegmentSwap<'_>) -> Result<i64, SqliteError> {
        let SegmentSwap { retired, added, deleted } = swap;
        for &id in retired {
            set_state(self, id, REPLACED).await?;
            let sql = "DELETE FROM keyword_deletion WHERE segment = ?1";
            sqlx::query(sql).bind(i64::from(id.0)).execute(&mut *self).await?;
        }
        if let Some(id) = added {
            self.begin_segment(id).await?;
            set_state(self, id, IN_USE).await?;
        }
        mark_deleted(self, deleted).await?;
        let sql = "UPDATE keyword_state SET generation = generation + 1 RETURNING generation";
        Ok(sqlx::query_scalar(sql).fetch_one(self).await?)
    }

    async fn begin_segment(&mut self, id: SegmentId) -> Result<(), SqliteError> {
        set_state(self, id, BEING_WRITTEN).await?;
        let sql = "UPDATE keyword_state SET next_segment = max(next_segment, ?1 + 1)";
        sqlx::query(sql).bind(i64::from(id.0)).execute(self).await?;
        Ok(())
    }

    async fn unused_segments(&mut self) -> Result<Vec<SegmentId>, SqliteError> {
        let sql = "SELECT id FROM keyword_segment WHERE state <> ?1 ORDER BY id";
        let segments: Vec<i64> = sqlx::query_scalar(sql).bind(IN_USE).fetch_all(self).await?;
        segments.into_iter().map(segment_id).collect()
    }

    async fn remove_blocks(&mut self, id: SegmentId, limit: u32) -> Result<bool, SqliteError> {
        let (first, last) = BlockId::keys_of(id);
        let sql = "DELETE FROM keyword_block
                   WHERE key IN (SELECT key FROM keyword_block WHERE key BETWEEN ?1 AND ?2 LIMIT ?3)";
        let done = sqlx::query(sql).bind(first).bind(last).bind(limit).execute(&mut *self).await?;
        let is_gone = done.rows_affected() < u64::from(limit);
        if is_gone {
            sqlx::query("DELETE FROM keyword_segment WHERE id = ?1").bind(i64::from(id.0)).execute(self).await?;
        }
        Ok(is_gone)
    }

    async fn clear_index(&mut self) -> Result<(), SqliteError> {
        for sql in ["DELETE FROM keyword_block", "DELETE FROM keyword_deletion", "DELETE FROM keyword_segment"] {
            sqlx::query(sql).execute(&mut *self).await?;
        }
        Ok(())
    }
}

/// The blocks in the order of the ids. A missing block is an error.
pub(in crate::store::sqlite) fn in_order(
    ids: &[BlockId],
    mut found: HashMap<BlockId, Block>,
) -> Result<Vec<Block>, SqliteError> {
    let missing = |id: &BlockId| SqliteError::Row {
        table: "keyword_block",
        id: id.key(),
        reason: "the block is missing".to_owned(),
    };
    ids.iter().map(|id| found.remove(id).ok_or_else(|| missing(id))).collect()
}

pub(in crate::store::sqlite) fn segment_id(id: i64) -> Result<SegmentId, SqliteError> {
    let number = u32::try_from(id);
    let reason = "no segment can have this id".to_owned();
    number.map(SegmentId).map_err(|_| SqliteError::Row { table: "keyword_segment", id, reason })
}

fn block(row: &SqliteRow) -> Result<Block, SqliteError> {
    let BlockRow { key, bytes } = BlockRow::read(row)?;
    checked_block(key, bytes.into())
}

pub(in crate::store::sqlite) fn checked_block(key: i64, bytes: Bytes) -> Result<Block, SqliteError> {
    let reason = "no block can have this key".to_owned();
    let id = BlockId::from_key(key).ok_or(SqliteError::Row { table: "keyword_block", id: key, reason })?;
    Block::check(id, bytes).map_err(SqliteError::from)
}

fn place(row: &SqliteRow) -> Result<Place, SqliteError> {
    let PlaceRow { segment, ordinal } = PlaceRow::read(row)?;
    place_of(segment, ordinal)
}

pub(in crate::store::sqlite) fn place_of(segment: i64, ordinal: i64) -> Result<Place, SqliteError> {
    Ok(Place { segment: segment_id(segment)?, ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX) })
}

async fn set_state(connection: &mut SqliteConnection, id: SegmentId, state: i64) -> Result<(), SqliteError> {
    let sql = "INSERT INTO keyword_segment (id, state) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET state = ?2";
    sqlx::query(sql).bind(i64::from(id.0)).bind(state).execute(connection).await?;
    Ok(())
}

async fn mark_deleted(connection: &mut SqliteConnection, places: &[Place]) -> Result<(), SqliteError> {
    if places.is_empty() {
        return Ok(());
    }
    let pairs: Vec<[u32; 2]> = places.iter().map(|place| [place.segment.0, place.ordinal]).collect();
    let sql = "INSERT OR IGNORE INTO keyword_deletion (segment, ordinal)
               SELECT value ->> 0, value ->> 1 FROM json_each(?1)";
    sqlx::query(sql).bind(json_list(&pairs)).execute(connection).await?;
    Ok(())
}
