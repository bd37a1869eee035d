//! The check of the index: reads all its blocks, and compares each document's grams with its texts.

use std::collections::HashMap;
use std::sync::Arc;

use super::audit::{Audit, Audited};
use super::block::{BlockId, SegmentId};
use super::changes::indexed_texts;
use super::directory::Key;
use super::load::load_index;
use super::snapshot::{LiveSegment, Snapshot};
use super::storage::IndexReader;
use crate::query::FoldedFields;

/// The number of blocks read at once.
const BATCH: u32 = 64;

/// The content of the index, for comparison with the rows. Runs in the caller's transaction.
pub(crate) struct IndexCheck {
    snapshot: Arc<Snapshot>,
    audited: HashMap<SegmentId, Audited>,
    articles: u64,
}

impl IndexCheck {
    /// Reads the whole index. `None` if it cannot be read; `faults` then has the reason.
    pub(crate) async fn read<S: IndexReader>(
        storage: &mut S,
        faults: &mut Vec<String>,
    ) -> Result<Option<Self>, S::Error> {
        let snapshot = match load_index(storage).await {
            Ok(stored) => stored.published.snapshot,
            Err(error) => {
                faults.push(S::describe_damage(error)?);
                return Ok(None);
            }
        };
        let mut audited = HashMap::new();
        for live in snapshot.segments() {
            match audit(storage, live).await {
                Ok(of_segment) => drop(audited.insert(live.segment.id, of_segment)),
                Err(error) => {
                    faults.push(S::describe_damage(error)?);
                    return Ok(None);
                }
            }
        }
        Ok(Some(Self { snapshot, audited, articles: 0 }))
    }

    /// Compares an article with the index. `name` is its id, without `articles/`.
    pub(crate) fn compare(
        &mut self,
        id: i64,
        effective_us: i64,
        name: &str,
        fields: &FoldedFields,
        faults: &mut Vec<String>,
    ) {
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

    /// Reports documents without an article, after all articles were compared.
    pub(crate) fn finish(&self, faults: &mut Vec<String>) {
        let indexed = self.snapshot.live_documents();
        if indexed != self.articles {
            faults.push(format!("the keyword index has {indexed} articles, and there are {}", self.articles));
        }
    }
}

/// Reads all the blocks of a segment.
async fn audit<S: IndexReader>(storage: &mut S, live: &LiveSegment) -> Result<Audited, S::Error> {
    let mut audit = Audit::new(&live.segment);
    let blocks = live.segment.starts.len();
    for first in (0..blocks).step_by(BATCH as usize) {
        let numbers = first..blocks.min(first + BATCH);
        let ids: Vec<BlockId> = numbers.map(|number| BlockId::posting(live.segment.id, number)).collect();
        for block in storage.read_blocks(&ids).await? {
            audit.add(&block)?;
        }
    }
    Ok(audit.finish()?)
}
