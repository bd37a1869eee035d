//! Rebuilds the index from all documents in the caller's transaction, if it is damaged or the folding has changed.

use super::changes::{IndexChanges, write_changes};
use super::context::IndexContext;
use super::load::Published;
use super::pairs::PairRule;
use super::storage::IndexStorage;

/// An index under construction. It only collects segments; no reader uses its cache.
pub(crate) struct Rebuild {
    context: IndexContext,
    published: Published,
}

impl Rebuild {
    /// Empties the index.
    pub(crate) async fn begin<S: IndexStorage>(storage: &mut S, pair_rule: PairRule) -> Result<Self, S::Error> {
        storage.clear_index().await?;
        let next_segment = storage.read_state(0).await?.next_segment;
        Ok(Self { context: IndexContext::new(next_segment, pair_rule), published: Published::default() })
    }

    /// Writes documents as a segment. Merges follow once the store is open.
    pub(crate) async fn add<S: IndexStorage>(
        &mut self,
        storage: &mut S,
        changes: IndexChanges,
    ) -> Result<(), S::Error> {
        let id = storage.new_segment(&self.context).await?;
        let (unbuilt, removed) = changes.into_parts(|| id, self.context.pair_rule, &self.published.snapshot);
        let built = unbuilt.map(|unbuilt| unbuilt.build());
        if let Some(published) = write_changes(storage, &self.context, &self.published.snapshot, built, removed).await?
        {
            self.published = published;
        }
        Ok(())
    }
}
