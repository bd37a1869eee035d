//! The keyword index: an inverted index of grams in immutable segments, which are stored as blobs.
//!
//! Owns the format of the blobs, search, and the merge policy. Knows no SQL, threads or clock. The cores ([`IndexSearch`],
//! [`Merge`]) do no I/O: they return the ids of the blocks that they need ([`SearchStep::Need`]), so tests run them on a hash
//! map. Their drivers read and write through one trait that a storage engine implements ([`storage`]): [`load`],
//! [`next_hit()`] for queries, [`changes`] for a commit, [`merge_driver`] and [`merge_request`] for merges, [`rebuild`], and
//! [`check`].
//!
//! - A **gram** is one folded character or two adjacent ones ([`gram`]) of one text ([`text_grams`]).
//! - A **segment** contains documents, newest first; a document's position in it is its ordinal ([`segment`],
//!   [`directory`]). Each gram has a postings list of ascending ordinals ([`postings`]), packed into blocks ([`block`]).
//! - A commit writes its documents as one small segment ([`mod@build`]). A background task merges eight segments of a tier
//!   into one of the next tier ([`merge`], [`tiers`], [`due_merges`]).
//! - Deletions are marks next to the segment ([`snapshot`]); the next merge of the segment drops the documents.
//! - A check compares the postings lists with the texts ([`audit`]).
//! - A query is compiled to an expression over grams ([`plan`]), evaluated segment by segment ([`walk`]), and the results
//!   are merged in the default order ([`search`]).

pub(crate) mod audit;
pub(crate) mod block;
pub(crate) mod build;
pub(crate) mod cache;
mod changes;
mod check;
pub(crate) mod codec;
mod context;
pub(crate) mod directory;
mod due_merges;
pub(crate) mod gram;
mod load;
pub(crate) mod merge;
mod merge_driver;
mod merge_request;
mod next_hit;
pub(crate) mod pairs;
pub(crate) mod plan;
pub(crate) mod postings;
mod rebuild;
pub(crate) mod search;
pub(crate) mod segment;
pub(crate) mod snapshot;
mod storage;
pub(crate) mod text_grams;
pub mod tiers;
pub(crate) mod walk;

#[cfg(test)]
mod driver_tests;
#[cfg(test)]
mod tests;

pub use self::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
pub use self::build::{Document, build};
pub use self::cache::BlockCache;
pub(crate) use self::changes::{BuiltSegment, IndexChanges, RemovedDocuments, write_changes};
pub(crate) use self::check::IndexCheck;
pub(crate) use self::context::IndexContext;
pub use self::directory::Key;
pub(crate) use self::due_merges::PurgeSchedule;
pub use self::gram::Gram;
pub(crate) use self::load::{Published, StoredIndex, load_index, reload_index};
pub use self::merge::{Merge, MergeStep};
pub(crate) use self::merge_driver::{MergeHost, merge_segments, remove_unused};
pub(crate) use self::merge_request::{MergeOutcome, MergeRequest};
pub(crate) use self::next_hit::{NextHit, next_hit};
pub use self::pairs::{PairRule, PairSet};
pub use self::plan::{Plan, Query, Term};
pub(crate) use self::rebuild::Rebuild;
pub use self::search::{Direction, Hit, IndexSearch, SearchRange, SearchStep};
pub use self::segment::Segment;
pub use self::snapshot::{LiveSegment, Place, Snapshot};
pub(crate) use self::storage::{IndexReader, IndexStorage, SegmentSwap, StoredState};
