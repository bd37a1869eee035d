//! Lookups for a whole group of writes at once: most imported articles are new and near no stored one.

use std::collections::{BTreeSet, HashSet};

use sqlx::SqliteConnection;

use crate::article::ArticleName;
use crate::store::prepare::Prepared;
use crate::store::sqlite::duplicates::keys::{self, Holders};
use crate::store::sqlite::duplicates::originals::{self, Original, Similar};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::text::Fingerprint;

/// Smaller groups look up each write separately.
const FEW_WRITES: usize = 4;

/// What is known about the names and bodies of a group, within its transaction. Anything else is looked up.
#[derive(Default)]
pub(crate) struct BatchLookup {
    /// Names under which nothing was ever stored.
    absent: HashSet<String>,
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
    pub(crate) async fn of(connection: &mut SqliteConnection, writes: &[&Prepared]) -> Result<Self, SqliteError> {
        if writes.len() < FEW_WRITES {
            return Ok(Self::default());
        }
        let names: Vec<&str> = writes.iter().filter_map(|write| write.new_name()).map(ArticleName::id).collect();
        let sql = include_str!("../queries/absent_names.sql");
        let absent: String = sqlx::query_scalar(sql).bind(json_list(&names)).fetch_one(&mut *connection).await?;
        let absent = serde_json::from_str(&absent);
        let absent = absent.map_err(|error| SqliteError::Sql(sqlx::Error::Decode(error.into())))?;
        let fingerprints = || writes.iter().filter_map(|write| write.fingerprint());
        let keys: BTreeSet<u32> = fingerprints().flat_map(Fingerprint::keys).collect();
        let keys: Vec<u32> = keys.into_iter().collect();
        let holders = keys::holders(connection, &json_list(&keys), i64::MAX).await?;
        // The group's own articles never make another article a candidate, because a key only gets more holders.
        let candidates: BTreeSet<i64> =
            fingerprints().flat_map(|fingerprint| keys::candidates(fingerprint, &holders)).collect();
        let candidates: Vec<i64> = candidates.into_iter().collect();
        let similar = originals::fingerprints(connection, &candidates).await?;
        Ok(Self { absent, bodies: Some(Bodies { holders, similar }) })
    }

    /// Whether nothing was ever stored under a name, as far as is known.
    pub(crate) fn is_absent(&self, name: &ArticleName) -> bool {
        self.absent.contains(name.id())
    }

    /// The earliest article that has nearly this body, if that is known.
    pub(crate) fn original(&self, fingerprint: Option<&Fingerprint>) -> Option<Option<Original>> {
        let Bodies { holders, similar } = self.bodies.as_ref()?;
        let Some(fingerprint) = fingerprint else { return Some(None) };
        Some(originals::first_near(&keys::candidates(fingerprint, holders), similar, fingerprint))
    }

    /// Records the body of a stored article.
    pub(crate) fn note(&mut self, name: &ArticleName, id: i64, fingerprint: Option<&Fingerprint>) {
        self.absent.remove(name.id());
        let Some(Bodies { holders, similar }) = &mut self.bodies else { return };
        let Some(fingerprint) = fingerprint else {
            similar.remove(&id);
            return;
        };
        similar.insert(id, (name.clone(), fingerprint.clone()));
        for key in fingerprint.keys() {
            keys::add_holder(holders, key, id);
        }
    }

    /// Records a deleted article.
    pub(crate) fn forget(&mut self, id: i64) {
        if let Some(Bodies { similar, .. }) = &mut self.bodies {
            similar.remove(&id);
        }
    }
}
