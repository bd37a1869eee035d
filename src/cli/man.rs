//! `articled man`: writes the manual pages.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command};

/// Writes the manual pages, one for each command.
#[derive(Args, Debug)]
pub(super) struct Man {
    /// The folder that gets them, which must exist: `articled man /usr/local/share/man/man1`.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(self, program: Command) -> anyhow::Result<()> {
        clap_mangen::generate_to(program, &self.folder)
            .with_context(|| format!("cannot write manual pages to {}", self.folder.display()))
    }
}
