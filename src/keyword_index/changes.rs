//! The index changes of one transaction: collected while rows are written, and written as one segment at its end.
//!
//! Building the segment is pure computation: the caller chooses the thread, and can write rows at the same time.

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

/// The maximum number of documents in a segment that is built on an async thread: each takes about 0.1 ms.
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

/// The documents that a transaction deletes from earlier segments.
#[derive(Default)]
pub(crate) struct RemovedDocuments(Vec<Removed>);

struct Removed {
    id: i64,
    effective_us: i64,
    name: String,
}

impl IndexChanges {
    /// Adds an article. `name` is its id, without `articles/`.
    pub(crate) fn put(&mut self, id: i64, effective_us: i64, name: &str, texts: &Arc<FoldedFields>) {
        self.added.insert(id, Added { effective_us, name: name.to_owned(), texts: Arc::clone(texts) });
    }

    /// Deletes an article. The time must be the one that it was indexed with.
    pub(crate) fn remove(&mut self, id: i64, effective_us: i64, name: &str) {
        // An article that the same transaction has added is not in a segment yet.
        if self.added.remove(&id).is_none() {
            self.removed.0.push(Removed { id, effective_us, name: name.to_owned() });
        }
    }

    /// The segment to build, with a new id, if documents were added, and the documents to delete from others.
    pub(crate) fn into_parts(
        self,
        id: impl FnOnce() -> SegmentId,
        rule: PairRule,
        snapshot: &Snapshot,
    ) -> (Option<UnbuiltSegment>, RemovedDocuments) {
        let Self { added, removed } = self;
        let unbuilt = (!added.is_empty()).then(|| UnbuiltSegment {
            id: id(),
            added,
            common: Arc::clone(snapshot.common()),
            rule,
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
    /// Whether building is so fast that another thread is not worthwhile.
    pub(crate) fn is_quick(&self) -> bool {
        self.added.len() <= FEW_DOCUMENTS
    }

    pub(crate) fn build(self) -> BuiltSegment {
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

/// Writes the changes of a transaction. Returns the snapshot to publish after the commit; `None` if nothing changed.
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
            // Logged only: the row change is correct, and `articled check` reports the index fault.
            None => tracing::error!(article = name, "an article is missing in the keyword index"),
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

/// All texts that are searched for keywords; each element of a list is a text.
pub(crate) fn indexed_texts(fields: &FoldedFields) -> impl Iterator<Item = &str> {
    TextField::ALL.into_iter().flat_map(|field| fields.items(field))
}
