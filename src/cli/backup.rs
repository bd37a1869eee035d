//! `articled backup`: a copy of a whole store in one file.

use std::path::PathBuf;

use anyhow::Context;
use articled::store::sqlite::{SqliteOptions, SqliteStore};
use clap::Args;
use indicatif::HumanBytes;

use super::failure::Usage;
use super::output::Out;
use super::store::DatabaseArguments;

/// Copies a store to a file, while a server may serve it: all that was acknowledged before, and nothing half done.
///
/// To restore it, stop the server and start one on the copy. The copy's feed is its own, so who watched the original has to
/// list anew.
#[derive(Args, Debug)]
pub struct Backup {
    /// The copy, which must not exist yet. It is there when it is complete and not before.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<()> {
        let database = &self.database.database;
        let options = SqliteOptions::from_url(database)
            .ok_or_else(|| Usage(format!("--database: {database} names no store; a store is named sqlite:PATH")))?;
        let bytes = SqliteStore::backup(options, &self.file).await.context("cannot back up")?;
        let mut out = Out::new();
        out.text(&format!("{}: {}", self.file.display(), HumanBytes(bytes)))?;
        out.flush()
    }
}
