//! Lookups for a whole group of writes at once: most imported articles are new and near no stored one.

use std::collections::{BTreeSet, HashMap};

use crate::article::ArticleName;
use crate::store::apply::{Loaded, WriteStorage};
use crate::store::duplicates::Original;
use crate::store::duplicates::holders::{self, Holders};
use crate::store::duplicates::originals::{self, Similar};
use crate::store::prepare::Prepared;
use crate::text::Fingerprint;

/// Smaller groups look up each write separately.
const FEW_WRITES: usize = 4;

/// What is known about the names and bodies of a group, within its transaction. Anything else is looked up.
#[derive(Default)]
pub(crate) struct BatchLookup {
    /// What is stored under some names.
    names: HashMap<String, Loaded>,
    /// `None` if nothing is known about bodies.
    bodies: Option<Bodies>,
}

/// The candidates for the group's new bodies.
struct Bodies {
    /// The articles with their keys.
    holders: Holders,
    /// Near-duplicate candidates. A missing id was deleted.
    similar: Similar,
}

impl BatchLookup {
    pub(crate) async fn of<S: WriteStorage>(storage: &mut S, writes: &[&Prepared]) -> Result<Self, S::Error> {
        if writes.len() < FEW_WRITES {
            return Ok(Self::default());
        }
        let names: Vec<&ArticleName> = writes.iter().filter_map(|write| write.new_name()).collect();
        let names = storage.load_many(&names).await?;
        let fingerprints = || writes.iter().filter_map(|write| write.fingerprint());
        let keys: BTreeSet<u32> = fingerprints().flat_map(Fingerprint::keys).collect();
        let keys: Vec<u32> = keys.into_iter().collect();
        let holders = storage.holders(&keys, i64::MAX).await?;
        // The group's own articles never make another article a candidate, because a key only gets more holders.
        let candidates: BTreeSet<i64> =
            fingerprints().flat_map(|fingerprint| holders::candidates(fingerprint, &holders)).collect();
        let candidates: Vec<i64> = candidates.into_iter().collect();
        let similar = originals::fingerprints(storage, &candidates).await?;
        Ok(Self { names, bodies: Some(Bodies { holders, similar }) })
    }

    /// What is stored under a name, if that is known.
    pub(crate) fn loaded(&mut self, name: &ArticleName) -> Option<Loaded> {
        // The same name may be written again, and the article is seldom needed twice.
        self.names.remove(name.id())
    }

    /// Forgets what is stored under some names, because it changed.
    pub(crate) fn outdate(&mut self, names: &[String]) {
        for name in names {
            self.names.remove(name);
        }
    }

    /// The earliest article that has nearly this body, if that is known.
    pub(crate) fn original(&self, fingerprint: Option<&Fingerprint>) -> Option<Option<Original>> {
        let Bodies { holders, similar } = self.bodies.as_ref()?;
        let Some(fingerprint) = fingerprint else { return Some(None) };
        Some(originals::first_near(&holders::candidates(fingerprint, holders), similar, fingerprint))
    }

    /// Records the body of a stored article.
    pub(crate) fn note(&mut self, name: &ArticleName, id: i64, fingerprint: Option<&Fingerprint>) {
        self.names.remove(name.id());
        let Some(Bodies { holders, similar }) = &mut self.bodies else { return };
        let Some(fingerprint) = fingerprint else {
            similar.remove(&id);
            return;
        };
        similar.insert(id, (name.clone(), fingerprint.clone()));
        for key in fingerprint.keys() {
            holders::add_holder(holders, key, id);
        }
    }

    /// Records a deleted article.
    pub(crate) fn forget(&mut self, name: &ArticleName, id: i64) {
        self.names.remove(name.id());
        if let Some(Bodies { similar, .. }) = &mut self.bodies {
            similar.remove(&id);
        }
    }
}
