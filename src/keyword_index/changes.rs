//! What one transaction changes in the index: gathered while rows are written, and written as one segment at its end.
//!
//! Building the segment only computes, so the caller chooses the thread, and may write rows meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::{EncodedBlock, SegmentId};
use super::build::{Document, build};
use super::context::IndexContext;
use super::directory::Key;
use super::load::Published;
use super::pairs::{PairRule, PairSet};
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::storage::{IndexStorage, SegmentSwap};
use crate::query::{FoldedFields, TextField};

/// A segment of more documents than this is not built on an async thread: each takes about a tenth of a millisecond.
const FEW_DOCUMENTS: usize = 8;

#[derive(Default)]
pub(crate) struct IndexChanges {
    added: BTreeMap<i64, Added>,
    removed: RemovedDocuments,
}

struct Added {
    effective_us: i64,
    name: String,
    texts: Arc<FoldedFields>,
}

/// The documents that a transaction removes from earlier segments.
#[derive(Default)]
pub(crate) struct RemovedDocuments(Vec<Removed>);

struct Removed {
    id: i64,
    effective_us: i64,
    name: String,
}

impl IndexChanges {
    /// Adds an article. `name` is without the collection's.
    pub fn put(&mut self, id: i64, effective_us: i64, name: &str, texts: &Arc<FoldedFields>) {
        self.added.insert(id, Added { effective_us, name: name.to_owned(), texts: Arc::clone(texts) });
    }

    /// Removes an article, whose time must be the one that it was put in with.
    pub fn remove(&mut self, id: i64, effective_us: i64, name: &str) {
        // What this very transaction put in was never in a segment.
        if self.added.remove(&id).is_none() {
            self.removed.0.push(Removed { id, effective_us, name: name.to_owned() });
        }
    }

    /// The segment to build, if anything was added, and what is removed from others.
    pub fn into_parts(self, context: &IndexContext, snapshot: &Snapshot) -> (Option<UnbuiltSegment>, RemovedDocuments) {
        let Self { added, removed } = self;
        let unbuilt = (!added.is_empty()).then(|| UnbuiltSegment {
            id: context.new_segment(),
            added,
            common: Arc::clone(snapshot.common()),
            rule: context.pair_rule,
        });
        (unbuilt, removed)
    }
}

/// The documents of a new segment.
pub(crate) struct UnbuiltSegment {
    id: SegmentId,
    added: BTreeMap<i64, Added>,
    common: Arc<PairSet>,
    rule: PairRule,
}

/// A new segment and its blocks.
pub(crate) struct BuiltSegment {
    segment: Segment,
    blocks: Vec<EncodedBlock>,
}

impl UnbuiltSegment {
    /// Whether it is built so quickly that another thread is not worth its while.
    pub fn is_quick(&self) -> bool {
        self.added.len() <= FEW_DOCUMENTS
    }

    pub fn build(self) -> BuiltSegment {
        let documents = self
            .added
            .iter()
            .map(|(&id, added)| Document {
                id,
                key: Key { effective_us: added.effective_us, name: &added.name },
                texts: indexed_texts(&added.texts).collect(),
            })
            .collect();
        let (segment, blocks) = build(self.id, documents, &self.common, self.rule);
        BuiltSegment { segment, blocks }
    }
}

/// Writes the changes of a transaction; answers what is to be published once they are committed. `None`: nothing changed.
pub(crate) async fn write_changes<S: IndexStorage>(
    storage: &mut S,
    context: &IndexContext,
    snapshot: &Snapshot,
    built: Option<BuiltSegment>,
    removed: RemovedDocuments,
) -> Result<Option<Published>, S::Error> {
    let RemovedDocuments(removed) = removed;
    if built.is_none() && removed.is_empty() {
        return Ok(None);
    }
    let mut deleted = Vec::with_capacity(removed.len());
    for Removed { id, effective_us, name } in &removed {
        match snapshot.place_of(*id, Key { effective_us: *effective_us, name }) {
            Some(place) => deleted.push(place),
            // The check says so too. The row is gone or new all the same.
            None => tracing::error!(article = name, "the keyword index lacks an article"),
        }
    }
    let mut next = snapshot.with_deletions(&deleted);
    let mut added = None;
    if let Some(BuiltSegment { segment, blocks }) = built {
        added = Some(segment.id);
        storage.write_blocks(&blocks).await?;
        context.cache_postings(&blocks);
        next = next.with_segment(Arc::new(segment));
    }
    let generation = storage.swap_segments(SegmentSwap { retired: &[], added, deleted: &deleted }).await?;
    Ok(Some(Published { generation, snapshot: Arc::new(next) }))
}

/// All texts that keywords are searched in, each item by itself.
pub(crate) fn indexed_texts(fields: &FoldedFields) -> impl Iterator<Item = &str> {
    TextField::ALL.into_iter().flat_map(|field| fields.items(field))
}
