//! What a group of writes need not ask one by one: most of what is imported is new, and like nothing that is stored.

use std::collections::HashSet;

use sqlx::{Row, SqliteConnection};

use super::fault::Fault;
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
    /// Of the keys of the group's bodies, those that an article has. `None`: not known.
    keys: Option<HashSet<u32>>,
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
        let keys: Vec<u32> =
            writes.iter().filter_map(|write| write.fingerprint()).flat_map(Fingerprint::keys).collect();
        let sql = "SELECT json_group_array(wanted.value) FROM json_each(?1) AS wanted
                   WHERE EXISTS (SELECT 1 FROM fingerprint_key WHERE key = wanted.value)
                      OR EXISTS (SELECT 1 FROM temp.recent_key WHERE key = wanted.value)";
        let keys: Vec<u32> = listed(connection, sql, json(&keys)).await?;
        Ok(Self { absent: absent.into_iter().collect(), keys: Some(keys.into_iter().collect()) })
    }

    /// Whether nothing was ever stored under a name, as far as is known.
    pub fn is_absent(&self, name: &ArticleName) -> bool {
        self.absent.contains(name.id())
    }

    /// Whether an article may have nearly this body.
    pub fn may_be_stored(&self, fingerprint: Option<&Fingerprint>) -> bool {
        let (Some(known), Some(fingerprint)) = (&self.keys, fingerprint) else { return true };
        fingerprint.keys().iter().any(|key| known.contains(key))
    }

    /// Notes that an article of this name has this body from now on.
    pub fn note(&mut self, name: &ArticleName, fingerprint: Option<&Fingerprint>) {
        self.absent.remove(name.id());
        if let (Some(known), Some(fingerprint)) = (&mut self.keys, fingerprint) {
            known.extend(fingerprint.keys());
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
