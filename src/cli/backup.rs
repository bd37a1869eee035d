//! `articled backup`: copies a store to one file.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanBytes;

use super::output::Out;
use super::store::{self, DatabaseArguments};

/// Copies a store to a file. A server may have the store open: the copy is a consistent snapshot with every write that was
/// acknowledged before.
///
/// To restore, stop the server and start one on the copy. The copy has its own change feed: watchers of the original get
/// RESUME_TOKEN_EXPIRED and must list again.
#[derive(Args, Debug)]
pub struct Backup {
    /// The file to write. It must not exist, and appears only when the copy is complete.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<()> {
        let bytes = store::backup(&self.database.database, &self.file).await?;
        let mut out = Out::new();
        out.text(&format!("{}: {}", self.file.display(), HumanBytes(bytes)))?;
        out.flush()
    }
}
