//! The check of the index: all its blocks are read, and each article's grams compared with its texts.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::SqliteConnection;

use crate::keyword_index::audit::{Audit, Audited};
use crate::keyword_index::{BlockId, IndexStorage, Key, SegmentId, Snapshot, indexed_texts};
use crate::query::FoldedFields;
use crate::store::sqlite::error::SqliteError;

/// How many blocks are read at once.
const BATCH: u32 = 64;

/// What the index says, ready to be compared with what the rows say. In the caller's transaction.
pub(in crate::store::sqlite) struct IndexCheck {
    snapshot: Arc<Snapshot>,
    audited: HashMap<SegmentId, Audited>,
    articles: u64,
}

impl IndexCheck {
    /// Reads the whole index. `None`: it can't be read, and `faults` says why.
    pub async fn read(
        connection: &mut SqliteConnection,
        faults: &mut Vec<String>,
    ) -> Result<Option<Self>, SqliteError> {
        let snapshot = match connection.load_index().await {
            Ok(stored) => stored.published.snapshot,
            Err(fault @ SqliteError::Row { .. }) => {
                faults.push(fault.to_string());
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let mut audited = HashMap::new();
        for live in snapshot.segments() {
            let mut audit = Audit::new(&live.segment);
            let blocks = live.segment.starts.len();
            for first in (0..blocks).step_by(BATCH as usize) {
                let ids: Vec<BlockId> = (first..blocks.min(first + BATCH))
                    .map(|number| BlockId::posting(live.segment.id, number))
                    .collect();
                let read = match connection.read_blocks(&ids).await {
                    Ok(read) => read.iter().try_for_each(|block| audit.add(block)).map_err(SqliteError::from),
                    Err(fault) => Err(fault),
                };
                match read {
                    Ok(()) => {}
                    Err(fault @ SqliteError::Row { .. }) => {
                        faults.push(fault.to_string());
                        return Ok(None);
                    }
                    Err(fault) => return Err(fault),
                }
            }
            match audit.finish() {
                Ok(of_segment) => drop(audited.insert(live.segment.id, of_segment)),
                Err(damaged) => {
                    faults.push(damaged.to_string());
                    return Ok(None);
                }
            }
        }
        Ok(Some(Self { snapshot, audited, articles: 0 }))
    }

    /// Compares an article with the index. `name` is without the collection's.
    pub fn compare(&mut self, id: i64, effective_us: i64, name: &str, fields: &FoldedFields, faults: &mut Vec<String>) {
        self.articles += 1;
        let Some(place) = self.snapshot.place_of(id, Key { effective_us, name }) else {
            faults.push(format!("article {id}: the keyword index lacks it"));
            return;
        };
        let audited = self.audited.get(&place.segment);
        let agrees = audited.is_some_and(|audited| audited.agrees(place.ordinal, indexed_texts(fields)));
        if !agrees {
            faults.push(format!("article {id}: the keyword index has other grams than its texts"));
        }
    }

    /// Says what is too many, once all articles are compared.
    pub fn finish(&self, faults: &mut Vec<String>) {
        let indexed = self.snapshot.live_documents();
        if indexed != self.articles {
            faults.push(format!("the keyword index has {indexed} articles, and there are {}", self.articles));
        }
    }
}
