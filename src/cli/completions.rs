//! `articled completions`: prints a shell completion script.

use clap::{Args, Command};
use clap_complete::Shell;

use super::output::Out;

/// Prints a shell completion script.
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell; for bash: `articled completions bash > /etc/bash_completion.d/articled`.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut program: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "articled", &mut script);
        let mut out = Out::new();
        out.text(String::from_utf8_lossy(&script).trim_end())?;
        out.flush()
    }
}
