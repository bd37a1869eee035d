//! Near-duplicate detection, the same for every engine: when two bodies count as the same text, and which article is the
//! original.
//!
//! Owns the rules, and the trait of the statements that they need. Knows no tables.

pub(super) mod holders;
pub(super) mod originals;

use std::future::Future;

use self::holders::Holders;
use crate::article::ArticleName;
use crate::store::damage::DamagedRow;
use crate::text::Fingerprint;

/// Whether two bodies are nearly the same.
pub(super) fn is_duplicate(a: &Fingerprint, b: &Fingerprint) -> bool {
    let keys = b.keys();
    a.keys().iter().any(|key| keys.contains(key)) && a.is_near(b)
}

/// The original of a duplicate.
pub(crate) type Original = (i64, ArticleName);

/// What near-duplicate detection knows of a stored article.
#[derive(Clone, Debug)]
pub(crate) struct Fingerprinted {
    pub id: i64,
    pub name: ArticleName,
    /// The id of its original.
    pub original: Option<i64>,
    pub fingerprint: Option<Fingerprint>,
}

/// A connection of an engine, for near-duplicate detection.
pub(crate) trait DuplicateStorage: Send {
    type Error: From<DamagedRow> + Send;

    /// The earliest articles stored before an id that have each of some keys.
    fn holders(&mut self, keys: &[u32], before: i64) -> impl Future<Output = Result<Holders, Self::Error>> + Send;

    /// The articles with these ids, in any order, without missing ones.
    fn fingerprinted(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Fingerprinted>, Self::Error>> + Send;

    fn fingerprinted_by_name(
        &mut self,
        name: &ArticleName,
    ) -> impl Future<Output = Result<Option<Fingerprinted>, Self::Error>> + Send;

    /// Whether an article that is older than this one was changed after it, or any was deleted.
    fn have_earlier_changed(&mut self, id: i64) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// The duplicates of an article, in creation order.
    fn duplicates_of(&mut self, original: i64) -> impl Future<Output = Result<Vec<Fingerprinted>, Self::Error>> + Send;

    /// The articles stored after an id that have any of some keys, in creation order.
    fn later_holders(
        &mut self,
        keys: &[u32],
        id: i64,
    ) -> impl Future<Output = Result<Vec<Fingerprinted>, Self::Error>> + Send;

    /// Makes an article the duplicate of another one, or of none.
    fn set_original(
        &mut self,
        duplicate: &Fingerprinted,
        original: Option<&Original>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
