//! The reads of the keyword index: [`IndexReader`] for a reading connection. `index/tables` has the statements.

use std::collections::HashMap;

use bytes::Bytes;
use rusqlite::Row;

use crate::keyword_index::{Block, BlockId, IndexReader, SegmentId, StoredState};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::index::tables::{
    BLOCKS, DELETIONS, DIRECTORY, SEGMENTS_IN_USE, STATE, checked_block, in_order, place_of, segment_id,
};
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::connection::{ReadConnection, collect, columns_struct};

columns_struct! {
    struct BlockColumns<'r> at BlockColumnsAt {
        key: i64,
        bytes: &'r [u8],
    }
}

impl BlockColumnsAt {
    fn block(&self, row: &Row<'_>) -> Result<Block, SqliteError> {
        let BlockColumns { key, bytes } = self.read(row)?;
        checked_block(key, Bytes::copy_from_slice(bytes))
    }
}

impl IndexReader for ReadConnection {
    type Error = SqliteError;

    async fn read_state(&mut self, _known: i64) -> Result<StoredState, SqliteError> {
        let state = self.statement(STATE)?.query_row([], |row| Ok((row.get("generation")?, row.get("next_segment")?)));
        let (generation, next_segment) = state?;
        let segments = self.integers(SEGMENTS_IN_USE, [])?.into_iter().map(segment_id);
        let mut deletions = self.statement(DELETIONS)?;
        let deleted = collect(&mut deletions.query([])?, |row| place_of(row.get("segment")?, row.get("ordinal")?))?;
        Ok(StoredState {
            generation,
            next_segment: segment_id(next_segment)?.0,
            segments: segments.collect::<Result<_, _>>()?,
            deleted,
        })
    }

    async fn read_directory(&mut self, id: SegmentId) -> Result<Vec<Block>, SqliteError> {
        let mut statement = self.statement(DIRECTORY)?;
        let columns = BlockColumnsAt::of(&statement)?;
        collect(&mut statement.query(<[i64; 2]>::from(BlockId::directory_keys_of(id)))?, |row| columns.block(row))
    }

    async fn read_blocks(&mut self, ids: &[BlockId]) -> Result<Vec<Block>, SqliteError> {
        let keys: Vec<i64> = ids.iter().map(|id| id.key()).collect();
        let mut statement = self.statement(BLOCKS)?;
        let columns = BlockColumnsAt::of(&statement)?;
        let blocks = collect(&mut statement.query([json_list(&keys)])?, |row| columns.block(row))?;
        in_order(ids, blocks.into_iter().map(|block| (block.id(), block)).collect::<HashMap<_, _>>())
    }

    fn describe_damage(error: SqliteError) -> Result<String, SqliteError> {
        error.describe_damage()
    }
}
