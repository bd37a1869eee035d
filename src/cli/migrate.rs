//! `articled migrate`: migrates a store to the current schema.

use articled::metrics::Registry;
use articled::store::without_password;
use clap::Args;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Creates a store or migrates it to the current schema. `serve` does the same when it starts.
#[derive(Args, Debug)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseArguments,
    /// Distributes the articles over the servers of a PostgreSQL database with Citus. Stop all instances first.
    #[arg(long)]
    distribute: bool,
}

impl Migrate {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if self.distribute {
            store::distribute(&self.database.database).await?;
        }
        store::open(&self.database.database, store::to_write(), Registry::off()).await?.close().await;
        let mut out = Out::new();
        out.text(&format!(
            "{} has schema version {}",
            without_password(&self.database.database),
            store::newest_schema_version(&self.database.database)?
        ))?;
        out.flush()
    }
}
