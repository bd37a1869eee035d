//! What one transaction changes in the index: gathered while rows are written, and written as one segment at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use sqlx::SqliteConnection;

use super::{Index, Published, tables};
use crate::query::{FoldedFields, TextField};
use crate::store::sqlite::fault::Fault;
use crate::store::sqlite::segments::{Document, EncodedBlock, Key, PairSet, Segment, SegmentId, build};

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

    /// Writes the changes; answers what is to be published once they are committed. `None`: nothing changed.
    pub async fn write(self, connection: &mut SqliteConnection, index: &Index) -> Result<Option<Published>, Fault> {
        let Self { added, removed } = self;
        if added.is_empty() && removed.is_empty() {
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
        if !added.is_empty() {
            let id = index.new_segment();
            let (segment, blocks) = if added.len() > FEW_DOCUMENTS {
                let common = Arc::clone(snapshot.common());
                let built = tokio::task::spawn_blocking(move || build_segment(id, &added, &common)).await;
                built.map_err(|_| Fault::Sql(sqlx::Error::WorkerCrashed))?
            } else {
                build_segment(id, &added, snapshot.common())
            };
            tables::use_segment(connection, id).await?;
            tables::write_blocks(connection, &blocks).await?;
            snapshot = snapshot.with_segment(Arc::new(segment));
        }
        let generation = tables::next_generation(connection).await?;
        Ok(Some(Published { generation, snapshot: Arc::new(snapshot) }))
    }
}

fn build_segment(id: SegmentId, added: &BTreeMap<i64, Added>, common: &PairSet) -> (Segment, Vec<EncodedBlock>) {
    let documents = added
        .iter()
        .map(|(&id, added)| Document {
            id,
            key: Key { effective_us: added.effective_us, name: &added.name },
            texts: texts(&added.texts).collect(),
        })
        .collect();
    build(id, documents, common)
}

/// All that keywords are looked for in, each item by itself.
pub(super) fn texts(fields: &FoldedFields) -> impl Iterator<Item = &str> {
    TextField::ALL.into_iter().flat_map(|field| fields.items(field))
}
