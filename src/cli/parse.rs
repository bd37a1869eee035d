//! `articled parse`: what the parser makes of documents, without a server or a store.

use clap::Args;

use super::input::InputArguments;
use super::output::OutputArguments;

/// Parses documents and prints the articles; needs no server, stores nothing.
#[derive(Args, Debug)]
pub struct Parse {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Parse {
    pub async fn run(self) -> anyhow::Result<()> {
        anyhow::bail!("not yet")
    }
}
