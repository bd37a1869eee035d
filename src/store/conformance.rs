//! The conformance suite of [`super::ArticleStore`], run for every engine.
//!
//! Owns the tests of the trait's contract: one test per rule (`rules` and its parts), and random histories compared with the
//! naive store (`oracle`). Does not test what is specific to an engine.

mod duplicate_rules;
mod feed_rules;
pub(in crate::store) mod fixtures;
mod ingest_rules;
mod oracle;
mod page_rules;
#[path = "../../tests/postgres/server.rs"]
pub(in crate::store) mod postgres_server;
#[path = "../../tests/postgres/standby.rs"]
pub(in crate::store) mod postgres_standby;
mod reparse_rules;
mod rules;

use super::SharedStore;

/// An empty store, and the temporary folder that must outlive it. An engine that is not installed has none.
struct Fresh {
    store: SharedStore,
    _folder: Option<tempfile::TempDir>,
}

mod memory {
    use std::sync::Arc;

    use super::Fresh;
    use crate::store::memory::MemoryStore;

    async fn fresh() -> Option<Fresh> {
        Some(Fresh { store: Arc::new(MemoryStore::new()), _folder: None })
    }

    super::rules::suite!(fresh);
}

mod sqlite {
    use std::sync::Arc;

    use super::Fresh;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    async fn fresh() -> Option<Fresh> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(SqliteOptions::small(folder.path().join("articles.db"))).await.expect("a store");
        Some(Fresh { store: Arc::new(store), _folder: Some(folder) })
    }

    super::rules::suite!(fresh);
    super::oracle::suite!(fresh);
}

pub(in crate::store) mod postgres {
    use std::sync::Arc;

    use super::{Fresh, postgres_server};
    use crate::store::postgres::{PostgresOptions, PostgresStore};

    /// The URL of an empty store, which Citus distributes if it is tested; `None` without PostgreSQL.
    pub(in crate::store) async fn new_url() -> Option<String> {
        let url = postgres_server::new_schema()?;
        if postgres_server::citus().is_some() {
            PostgresStore::distribute(PostgresOptions::small(&url)).await.expect("it is distributed");
        }
        Some(url)
    }

    async fn fresh() -> Option<Fresh> {
        let url = new_url().await?;
        let store = PostgresStore::open(PostgresOptions::small(&url)).await.expect("a store");
        Some(Fresh { store: Arc::new(store), _folder: None })
    }

    super::rules::suite!(fresh);
    super::oracle::suite!(fresh);
}
