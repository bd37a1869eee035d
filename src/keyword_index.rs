//! The keyword index: immutable segments of gram lists, kept in blobs.
//!
//! Owns what is in a blob, how questions are answered from blobs, and which segments are to be merged. Refuses to know
//! SQL, threads or time: whoever asks is told which blocks are missing ([`Step::Need`]), fetches them wherever they
//! rest, and asks again. So the same engine runs on a hash map in tests and on SQLite in service.
//!
//! - A **gram** is a folded character or a pair of neighbours ([`gram`]) of one piece of text ([`text_grams`]).
//! - A **segment** covers some documents, newest first; a document's place in it is its ordinal ([`segment`],
//!   [`directory`]). For each gram it has an ascending list of ordinals ([`postings`]), packed into blocks ([`block`]).
//! - A commit writes its documents as one small segment ([`mod@build`]); the background merges eight segments of a tier
//!   into one of the next ([`merge`], [`tiers`]).
//! - What is deleted gets a mark beside the segment ([`snapshot`]); the next merge leaves it out for good.
//! - A check compares the lists with the texts ([`audit`]).
//! - A question is compiled to grams ([`plan`]), walked segment by segment ([`walk`]) and merged in the order of the
//!   default listing ([`search`]).

pub mod audit;
pub mod block;
pub mod build;
pub mod cache;
pub mod codec;
pub mod directory;
pub mod gram;
pub mod merge;
pub mod pairs;
pub mod plan;
pub mod postings;
pub mod search;
pub mod segment;
pub mod snapshot;
pub mod text_grams;
pub mod tiers;
pub mod walk;

#[cfg(test)]
mod tests;

pub use self::block::{Block, BlockId, Damaged, EncodedBlock, SegmentId};
pub use self::build::{Document, build};
pub use self::cache::BlockCache;
pub use self::directory::Key;
pub use self::gram::Gram;
pub use self::merge::{Merge, MergeStep};
pub use self::pairs::{PairRule, PairSet};
pub use self::plan::{Plan, Query, Term};
pub use self::search::{Direction, Hit, Search, SearchRange, Step};
pub use self::segment::Segment;
pub use self::snapshot::{LiveSegment, Place, Snapshot};
