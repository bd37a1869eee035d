//! The command line: one file a command, and what the commands share.
//!
//! Owns arguments, settings, output and exit codes. Refuses to know how an article is parsed, stored or found: it calls
//! the library, or a server through the generated client.

mod backup;
mod check;
mod client;
mod completions;
mod export;
mod failure;
mod filter;
mod get;
mod healthcheck;
mod import;
mod input;
mod interrupt;
mod keywords;
mod list;
mod migrate;
mod output;
mod parse;
mod reparse;
mod serve;
mod service;
mod settings;
mod store;
mod table;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::telemetry::{self, LogArguments};

#[derive(Parser, Debug)]
#[command(
    name = "articled",
    version,
    about,
    arg_required_else_help = true,
    after_help = "Settings come from flags, then from ARTICLED_* variables, then from the --config file, whose keys are \
                  the flags' names with _ for -.\nExit status: 0 done, 1 failed, 2 bad usage, 3 the store is \
                  damaged or of a later version."
)]
pub struct Arguments {
    /// A TOML file of settings.
    #[arg(long, env = "ARTICLED_CONFIG", global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    log: LogArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
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
    Completions(completions::Completions),
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let (arguments, tables) = match settings::read(std::env::args_os()) {
        Ok(read) => read,
        Err(error) => {
            // Help and version are errors to clap, with status 0. If the terminal is gone, nobody is left to tell.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    failure::exit_code(run(arguments, tables))
}

fn run(arguments: Arguments, tables: toml::Table) -> anyhow::Result<()> {
    telemetry::start(&arguments.log)
        .map_err(|error| failure::Usage(format!("--log or ARTICLED_LOG cannot be read: {error}")))?;
    if let Command::Completions(command) = arguments.command {
        return command.run();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let done = runtime.block_on(async {
        match arguments.command {
            Command::Serve(command) => command.run(tables).await,
            Command::Import(command) => command.run().await,
            Command::Export(command) => command.run().await,
            Command::Parse(command) => command.run().await,
            Command::Get(command) => command.run().await,
            Command::List(command) => command.run().await,
            Command::Filter(command) => command.run().await,
            Command::Watch(command) => command.run().await,
            Command::Reparse(command) => command.run().await,
            Command::Backup(command) => command.run().await,
            Command::Check(command) => command.run().await,
            Command::Migrate(command) => command.run().await,
            Command::Healthcheck(command) => command.run().await,
            Command::Completions(command) => command.run(),
        }
    });
    // A thread that still reads standard input would be waited for until its end of file.
    runtime.shutdown_background();
    done
}
