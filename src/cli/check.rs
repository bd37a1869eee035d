//! `articled check`: verifies a whole store.

use anyhow::Context;
use articled::metrics::Registry;
use articled::store::without_password;
use clap::Args;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Reads a whole store and verifies rows, keyword index and file structure. Exit status 1 if it finds a fault.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    database: DatabaseArguments,
    /// Rebuilds the keyword index from the articles before the check. No server may have the store open.
    #[arg(long)]
    repair_index: bool,
}

impl Check {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if self.repair_index {
            store::repair_index(&self.database.database).await?;
        }
        let store = store::open(&self.database.database, store::to_read(), Registry::off()).await?;
        let faults = store.check().await.context("cannot check");
        store.close().await;
        let faults = faults?;
        let database = without_password(&self.database.database);
        let mut out = Out::new();
        for fault in &faults {
            out.text(fault)?;
        }
        if faults.is_empty() {
            out.text(&format!("{database}: no faults"))?;
        }
        out.flush()?;
        anyhow::ensure!(faults.is_empty(), "{database}: {} faults", faults.len());
        Ok(())
    }
}
