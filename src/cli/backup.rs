//! `articled backup`: a copy of a whole store in one file.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanBytes;

use super::output::Out;
use super::store::{self, DatabaseArguments};

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
        let bytes = store::backup(&self.database.database, &self.file).await?;
        let mut out = Out::new();
        out.text(&format!("{}: {}", self.file.display(), HumanBytes(bytes)))?;
        out.flush()
    }
}
