//! The arguments of the process: what every command takes, and the commands.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{
    backup, check, completions, export, filter, get, healthcheck, import, list, man, migrate, parse, reparse, serve,
    token, version, watch,
};
use crate::telemetry::LogArguments;

#[derive(Parser, Debug)]
#[command(
    name = "articled",
    version,
    long_version = version::versions(),
    about,
    arg_required_else_help = true,
    after_help = "Settings come from flags, then from ARTICLED_* variables, then from the --config file, whose keys are \
                  the flags' names with _ for -.\nExit status: 0 done, 1 failed, 2 bad usage, 3 the store is \
                  damaged or of a later version."
)]
pub struct Arguments {
    /// A TOML file of settings.
    #[arg(long, env = "ARTICLED_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub log: LogArguments,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    Serve(serve::Serve),
    Import(import::Import),
    Export(export::Export),
    Parse(parse::Parse),
    Get(get::Get),
    List(list::List),
    Filter(filter::Filter),
    Watch(watch::Watch),
    Reparse(reparse::Reparse),
    Backup(backup::Backup),
    Check(check::Check),
    Migrate(migrate::Migrate),
    Healthcheck(healthcheck::Healthcheck),
    Token(token::Token),
    Completions(completions::Completions),
    Man(man::Man),
}
