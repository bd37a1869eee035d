//! What a group of writes need not ask one by one: most of what is imported is new, and like nothing that is stored.

use std::collections::{BTreeSet, HashSet};

use sqlx::{Row, SqliteConnection};

use super::fault::Fault;
use super::keys::{self, Holders};
use super::prepare::Prepared;
use crate::article::ArticleName;
use crate::text::Fingerprint;

/// A smaller group asks for each.
const FEW_WRITES: usize = 4;

/// What is known of the names and bodies of a group, within its transaction. What is not known is asked for.
#[derive(Default)]
pub(super) struct Known {
    /// Nothing was ever stored under these.
    absent: HashSet<String>,
    /// Who has the keys of the group's bodies. `None`: not known.
    holders: Option<Holders>,
}

impl Known {
    pub async fn of(connection: &mut SqliteConnection, writes: &[&Prepared]) -> Result<Self, Fault> {
        if writes.len() < FEW_WRITES {
            return Ok(Self::default());
        }
        let names: Vec<&str> = writes.iter().filter_map(|write| write.new_name()).map(ArticleName::id).collect();
        let sql = "SELECT json_group_array(wanted.value) FROM json_each(?1) AS wanted
                   WHERE NOT EXISTS (SELECT 1 FROM article WHERE name = wanted.value)
                     AND NOT EXISTS (SELECT 1 FROM deleted WHERE name = wanted.value)";
        let absent: Vec<String> = listed(connection, sql, json(&names)).await?;
        let keys: BTreeSet<u32> =
            writes.iter().filter_map(|write| write.fingerprint()).flat_map(Fingerprint::keys).collect();
        let keys: Vec<u32> = keys.into_iter().collect();
        let holders = keys::holders(connection, &json(&keys), i64::MAX).await?;
        Ok(Self { absent: absent.into_iter().collect(), holders: Some(holders) })
    }

    /// Whether nothing was ever stored under a name, as far as is known.
    pub fn is_absent(&self, name: &ArticleName) -> bool {
        self.absent.contains(name.id())
    }

    /// The articles that may have nearly this body, the earliest first, if they are known.
    pub fn candidates(&self, fingerprint: Option<&Fingerprint>) -> Option<Vec<i64>> {
        let holders = self.holders.as_ref()?;
        Some(fingerprint.map(|fingerprint| keys::candidates(fingerprint, holders)).unwrap_or_default())
    }

    /// Notes that an article of this name has this body from now on.
    pub fn note(&mut self, name: &ArticleName, id: i64, fingerprint: Option<&Fingerprint>) {
        self.absent.remove(name.id());
        if let (Some(holders), Some(fingerprint)) = (&mut self.holders, fingerprint) {
            for key in fingerprint.keys() {
                holders.entry(key).or_default().insert(id);
            }
        }
    }
}

fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

async fn listed<T: serde::de::DeserializeOwned>(
    connection: &mut SqliteConnection,
    sql: &'static str,
    list: String,
) -> Result<Vec<T>, Fault> {
    let row = sqlx::query(sql).bind(list).fetch_one(connection).await?;
    serde_json::from_str(row.try_get(0)?).map_err(|error| Fault::Sql(sqlx::Error::Decode(error.into())))
}
