//! `articled check`: reads a whole store and looks for faults.

use anyhow::Context;
use articled::metrics::Registry;
use clap::Args;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Reads everything in a store and compares it: rows, index, structure. Exit status 1 if there is a fault.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    database: DatabaseArguments,
    /// First makes the keyword index anew from the articles. No server may have the store open.
    #[arg(long)]
    repair_index: bool,
}

impl Check {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.repair_index {
            store::repair_index(&self.database.database).await?;
        }
        let store = store::open(&self.database.database, store::to_read(), Registry::off()).await?;
        let faults = store.check().await.context("cannot check");
        store.close().await;
        let faults = faults?;
        let mut out = Out::new();
        for fault in &faults {
            out.text(fault)?;
        }
        if faults.is_empty() {
            out.text(&format!("{}: no faults", self.database.database))?;
        }
        out.flush()?;
        anyhow::ensure!(faults.is_empty(), "{}: {} faults", self.database.database, faults.len());
        Ok(())
    }
}
