//! The documents that a command reads: files and folders, and what the caller says of those that don't say it.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Clone, Debug)]
pub struct InputArguments {
    /// Files and folders to read, or `-` for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}
