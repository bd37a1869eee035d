//! `articled check`: reads a whole store and looks for faults.

use anyhow::Context;
use clap::Args;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Reads everything in a store and compares it: rows, index, structure. Exit status 1 if there is a fault.
#[derive(Args, Debug)]
pub struct Check {
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Check {
    pub async fn run(self) -> anyhow::Result<()> {
        let store = store::open(&self.database.database, store::to_read()).await?;
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
