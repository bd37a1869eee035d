//! `articled restore`: makes a store from a backup.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanBytes;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Makes a store from a backup, after checking it. No server may have the store open.
///
/// The restored store has its own change feed: watchers get RESUME_TOKEN_EXPIRED and must list again.
#[derive(Args, Debug)]
pub(super) struct Restore {
    /// The backup, a file that `articled backup` wrote. It is not changed.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Renames an existing store to its name with .before-restore, which replaces one from an earlier restore. Without this
    /// option, an existing store is an error.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Restore {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let bytes = store::restore(&self.database.database, &self.file, self.replace).await?;
        let mut out = Out::new();
        out.text(&format!("{}: {}", self.database.database, HumanBytes(bytes)))?;
        out.flush()
    }
}
