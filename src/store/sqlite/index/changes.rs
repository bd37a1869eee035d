//! What one transaction changes in the index: gathered while rows are written, and written as one segment at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::SqliteConnection;
use tokio::task::JoinHandle;

use super::{Index, Published, tables};
use crate::keyword_index::{Document, EncodedBlock, Key, PairRule, PairSet, Segment, SegmentId, build};
use crate::query::{FoldedFields, TextField};
use crate::store::sqlite::error::SqliteError;

/// More documents than this are indexed off the async threads: it takes about a tenth of a millisecond each.
const FEW_DOCUMENTS: usize = 8;

#[derive(Default)]
pub(in crate::store::sqlite) struct Changes {
    added: BTreeMap<i64, Added>,
    removed: Vec<Removed>,
}

struct Added {
    effective_us: i64,
    name: String,
    texts: Arc<FoldedFields>,
}

struct Removed {
    id: i64,
    effective_us: i64,
    name: String,
}

impl Changes {
    /// Adds an article. `name` is without the collection's.
    pub fn put(&mut self, id: i64, effective_us: i64, name: &str, texts: &Arc<FoldedFields>) {
        self.added.insert(id, Added { effective_us, name: name.to_owned(), texts: Arc::clone(texts) });
    }

    /// Removes an article, whose time must be the one that it was put in with.
    pub fn remove(&mut self, id: i64, effective_us: i64, name: &str) {
        // What this very transaction put in was never in a segment.
        if self.added.remove(&id).is_none() {
            self.removed.push(Removed { id, effective_us, name: name.to_owned() });
        }
    }

    /// Begins to make a segment of what was added, beside what the caller does meanwhile.
    pub fn build(self, index: &Index) -> Built {
        let Self { added, removed } = self;
        if added.is_empty() {
            return Built { segment: Building::Nothing, removed };
        }
        let id = index.new_segment();
        let (common, rule) = (Arc::clone(index.current().snapshot.common()), index.pair_rule);
        let segment = if added.len() > FEW_DOCUMENTS {
            Building::UnderWay(id, tokio::task::spawn_blocking(move || build_segment(id, &added, &common, rule)))
        } else {
            Building::Done(id, Box::new(build_segment(id, &added, &common, rule)))
        };
        Built { segment, removed }
    }
}

/// What one transaction changes in the index, ready to be written or soon so.
pub(in crate::store::sqlite) struct Built {
    segment: Building,
    removed: Vec<Removed>,
}

enum Building {
    Nothing,
    Done(SegmentId, Box<(Segment, Vec<EncodedBlock>)>),
    UnderWay(SegmentId, JoinHandle<(Segment, Vec<EncodedBlock>)>),
}

impl Built {
    /// Writes the changes; answers what is to be published once they are committed. `None`: nothing changed.
    pub async fn write(
        self,
        connection: &mut SqliteConnection,
        index: &Index,
    ) -> Result<Option<Published>, SqliteError> {
        let Self { segment, removed } = self;
        if matches!(segment, Building::Nothing) && removed.is_empty() {
            return Ok(None);
        }
        let mut snapshot = (*index.current().snapshot).clone();
        let mut places = Vec::with_capacity(removed.len());
        for Removed { id, effective_us, name } in &removed {
            match snapshot.place_of(*id, Key { effective_us: *effective_us, name }) {
                Some(place) => places.push(place),
                // The check says so too. The row is gone or new all the same.
                None => tracing::error!(article = name, "the keyword index lacks an article"),
            }
        }
        if !places.is_empty() {
            tables::mark_deleted(connection, &places).await?;
            snapshot = snapshot.with_deletions(&places);
        }
        let built = match segment {
            Building::Nothing => None,
            Building::Done(id, built) => Some((id, *built)),
            Building::UnderWay(id, built) => {
                Some((id, built.await.map_err(|_| SqliteError::Sql(sqlx::Error::WorkerCrashed))?))
            }
        };
        if let Some((id, (segment, blocks))) = built {
            tables::use_segment(connection, id).await?;
            tables::write_blocks(connection, &blocks).await?;
            index.keep(&blocks);
            snapshot = snapshot.with_segment(Arc::new(segment));
        }
        let generation = tables::next_generation(connection).await?;
        Ok(Some(Published { generation, snapshot: Arc::new(snapshot) }))
    }
}

fn build_segment(
    id: SegmentId,
    added: &BTreeMap<i64, Added>,
    common: &PairSet,
    rule: PairRule,
) -> (Segment, Vec<EncodedBlock>) {
    let documents = added
        .iter()
        .map(|(&id, added)| Document {
            id,
            key: Key { effective_us: added.effective_us, name: &added.name },
            texts: texts(&added.texts).collect(),
        })
        .collect();
    build(id, documents, common, rule)
}

/// All that keywords are looked for in, each item by itself.
pub(super) fn texts(fields: &FoldedFields) -> impl Iterator<Item = &str> {
    TextField::ALL.into_iter().flat_map(|field| fields.items(field))
}
