//! Every statement on the tables of the keyword index: [`IndexStorage`] for PostgreSQL.

use std::collections::HashMap;

use sqlx::postgres::{PgConnection, PgRow};

use crate::keyword_index::{
    Block, BlockId, EncodedBlock, IndexContext, IndexReader, IndexStorage, Place, SegmentId, SegmentSwap, StoredState,
};
use crate::store::postgres::error::PostgresError;
use crate::store::postgres::row_struct::row_struct;

/// The states of a segment, as documented in the migration.
const BEING_WRITTEN: i16 = 0;
const IN_USE: i16 = 1;
const REPLACED: i16 = 2;

row_struct! {
    struct BlockRow<'r> {
        key: i64,
        bytes: &'r [u8],
    }
}

row_struct! {
    struct PlaceRow {
        segment: i64,
        ordinal: i64,
    }
}

impl IndexReader for PgConnection {
    type Error = PostgresError;

    async fn read_state(&mut self, known: i64) -> Result<StoredState, PostgresError> {
        let generation: i64 = sqlx::query_scalar("SELECT generation FROM store_state").fetch_one(&mut *self).await?;
        let sql = "SELECT id FROM keyword_segment WHERE state = $1 ORDER BY id";
        let segments: Vec<i64> = sqlx::query_scalar(sql).bind(IN_USE).fetch_all(&mut *self).await?;
        let sql = "SELECT segment, ordinal FROM keyword_deletion WHERE generation > $1";
        let deleted = sqlx::query(sql).bind(known).fetch_all(self).await?;
        let segments = segments.into_iter().map(segment_id).collect::<Result<Vec<_>, _>>()?;
        let deleted = deleted.iter().map(place).collect::<Result<_, _>>()?;
        // The ids of new segments come from a sequence.
        Ok(StoredState { generation, next_segment: 0, segments, deleted })
    }

    async fn read_directory(&mut self, id: SegmentId) -> Result<Vec<Block>, PostgresError> {
        let (first, last) = BlockId::directory_keys_of(id);
        let sql = "SELECT key, bytes FROM keyword_block WHERE key BETWEEN $1 AND $2 ORDER BY key";
        sqlx::query(sql).bind(first).bind(last).fetch_all(self).await?.iter().map(block).collect()
    }

    async fn read_blocks(&mut self, ids: &[BlockId]) -> Result<Vec<Block>, PostgresError> {
        let keys: Vec<i64> = ids.iter().map(|id| id.key()).collect();
        let sql = "SELECT key, bytes FROM keyword_block WHERE key = ANY ($1)";
        let mut found = HashMap::with_capacity(ids.len());
        for row in sqlx::query(sql).bind(keys).fetch_all(self).await? {
            let block = block(&row)?;
            found.insert(block.id(), block);
        }
        let missing = |id: &BlockId| PostgresError::damaged("keyword_block", id.key(), "the block is missing");
        ids.iter().map(|id| found.remove(id).ok_or_else(|| missing(id))).collect()
    }

    fn describe_damage(error: PostgresError) -> Result<String, PostgresError> {
        match error {
            PostgresError::Row(damage) => Ok(damage.to_string()),
            error => Err(error),
        }
    }
}

impl IndexStorage for PgConnection {
    async fn new_segment(&mut self, _context: &IndexContext) -> Result<SegmentId, PostgresError> {
        segment_id(sqlx::query_scalar("SELECT nextval('keyword_segment_id')").fetch_one(self).await?)
    }

    async fn write_blocks(&mut self, blocks: &[EncodedBlock]) -> Result<(), PostgresError> {
        if blocks.is_empty() {
            return Ok(());
        }
        let keys: Vec<i64> = blocks.iter().map(|block| block.id.key()).collect();
        let bytes: Vec<&[u8]> = blocks.iter().map(|block| block.bytes.as_slice()).collect();
        let sql = "INSERT INTO keyword_block (key, bytes) SELECT * FROM unnest($1::bigint[], $2::bytea[])";
        sqlx::query(sql).bind(keys).bind(bytes).execute(self).await?;
        Ok(())
    }

    async fn swap_segments(&mut self, swap: SegmentSwap<'_>) -> Result<i64, PostgresError> {
        let SegmentSwap { retired, added, deleted } = swap;
        let sql = "UPDATE store_state SET generation = generation + 1 RETURNING generation";
        let generation: i64 = sqlx::query_scalar(sql).fetch_one(&mut *self).await?;
        if !retired.is_empty() {
            let ids: Vec<i64> = retired.iter().map(|id| i64::from(id.0)).collect();
            let sql = "UPDATE keyword_segment SET state = $2 WHERE id = ANY ($1)";
            sqlx::query(sql).bind(&ids).bind(REPLACED).execute(&mut *self).await?;
            let sql = "DELETE FROM keyword_deletion WHERE segment = ANY ($1)";
            sqlx::query(sql).bind(&ids).execute(&mut *self).await?;
        }
        if let Some(id) = added {
            set_state(self, id, IN_USE).await?;
        }
        if !deleted.is_empty() {
            let segments: Vec<i64> = deleted.iter().map(|place| i64::from(place.segment.0)).collect();
            let ordinals: Vec<i64> = deleted.iter().map(|place| i64::from(place.ordinal)).collect();
            let sql = include_str!("queries/insert_deletions.sql");
            sqlx::query(sql).bind(segments).bind(ordinals).bind(generation).execute(self).await?;
        }
        Ok(generation)
    }

    async fn begin_segment(&mut self, id: SegmentId) -> Result<(), PostgresError> {
        set_state(self, id, BEING_WRITTEN).await
    }

    async fn unused_segments(&mut self) -> Result<Vec<SegmentId>, PostgresError> {
        let sql = "SELECT id FROM keyword_segment WHERE state <> $1 ORDER BY id";
        let segments: Vec<i64> = sqlx::query_scalar(sql).bind(IN_USE).fetch_all(self).await?;
        segments.into_iter().map(segment_id).collect()
    }

    async fn remove_blocks(&mut self, id: SegmentId, limit: u32) -> Result<bool, PostgresError> {
        let (first, last) = BlockId::keys_of(id);
        let sql = include_str!("queries/remove_blocks.sql");
        let done = sqlx::query(sql).bind(first).bind(last).bind(i64::from(limit)).execute(&mut *self).await?;
        let is_gone = done.rows_affected() < u64::from(limit);
        if is_gone {
            sqlx::query("DELETE FROM keyword_segment WHERE id = $1").bind(i64::from(id.0)).execute(self).await?;
        }
        Ok(is_gone)
    }

    async fn clear_index(&mut self) -> Result<(), PostgresError> {
        for sql in ["DELETE FROM keyword_block", "DELETE FROM keyword_deletion", "DELETE FROM keyword_segment"] {
            sqlx::query(sql).execute(&mut *self).await?;
        }
        Ok(())
    }
}

/// A segment's id as the database has it.
pub(super) fn segment_id(id: i64) -> Result<SegmentId, PostgresError> {
    let number = u32::try_from(id);
    number.map(SegmentId).map_err(|_| PostgresError::damaged("keyword_segment", id, "no segment can have this id"))
}

fn block(row: &PgRow) -> Result<Block, PostgresError> {
    let BlockRow { key, bytes } = BlockRow::read(row)?;
    let id = BlockId::from_key(key);
    let id = id.ok_or_else(|| PostgresError::damaged("keyword_block", key, "no block can have this key"))?;
    Block::check(id, bytes::Bytes::copy_from_slice(bytes)).map_err(PostgresError::from)
}

fn place(row: &PgRow) -> Result<Place, PostgresError> {
    let PlaceRow { segment, ordinal } = PlaceRow::read(row)?;
    Ok(Place { segment: segment_id(segment)?, ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX) })
}

async fn set_state(connection: &mut PgConnection, id: SegmentId, state: i16) -> Result<(), PostgresError> {
    let sql = "INSERT INTO keyword_segment (id, state) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET state = $2";
    sqlx::query(sql).bind(i64::from(id.0)).bind(state).execute(connection).await?;
    Ok(())
}
