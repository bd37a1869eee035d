//! The arguments of the process: the commands, and what all of them accept.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{
    backup, check, completions, copy, export, filter, get, healthcheck, import, list, man, migrate, parse, reparse,
    restore, serve, token, version, watch,
};
use crate::telemetry::LogArguments;

#[derive(Parser, Debug)]
#[command(
    name = "articled",
    version,
    long_version = version::versions(),
    about,
    arg_required_else_help = true,
    after_help = "Settings are read from flags, then from ARTICLED_* environment variables, then from the --config file, \
                  whose keys are the names of the flags with _ instead of -.\nExit status: 0 success, 1 failure, 2 \
                  invalid usage, 3 the store is damaged or was written by a later version."
)]
pub(super) struct Arguments {
    /// A TOML file with settings.
    #[arg(long, env = "ARTICLED_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub log: LogArguments,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Serve(serve::Serve),
    Import(import::Import),
    Export(export::Export),
    Copy(copy::Copy),
    Parse(parse::Parse),
    Get(get::Get),
    List(list::List),
    Filter(filter::Filter),
    Watch(watch::Watch),
    Reparse(reparse::Reparse),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Check(check::Check),
    Migrate(migrate::Migrate),
    Healthcheck(healthcheck::Healthcheck),
    Token(token::Token),
    Completions(completions::Completions),
    Man(man::Man),
}
