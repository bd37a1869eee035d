//! A standby that replicates the tests' own PostgreSQL server.

use super::postgres_server::{Server, make_server, server};

const MAKE: &str = r#""$BIN/pg_basebackup" -D "$FOLDER/data" -d "$URL" -R -c fast --no-sync"#;

pub(crate) struct Standby {
    server: Server,
    primary: &'static Server,
}

impl Standby {
    /// A new one; `None` without PostgreSQL, or if the primary is not the tests' own.
    pub(crate) fn start() -> Option<Self> {
        if ["ARTICLED_TEST_POSTGRES", "ARTICLED_TEST_CITUS"].iter().any(|other| std::env::var_os(other).is_some()) {
            return None;
        }
        let primary = server()?;
        Some(Self { server: make_server(&primary.bin, MAKE, &primary.url), primary })
    }

    /// The URL of a schema on the standby, by its URL on the primary.
    pub(crate) fn url_of(&self, primary: &str) -> String {
        primary.replacen(&self.primary.url, &self.server.url, 1)
    }

    /// Stops replaying the log, or goes on.
    pub(crate) fn replay(&self, goes_on: bool) {
        self.server.run(if goes_on { "SELECT pg_wal_replay_resume()" } else { "SELECT pg_wal_replay_pause()" });
    }
}
