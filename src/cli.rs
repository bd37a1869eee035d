//! The command line: one file per command, and what the commands share.
//!
//! Owns arguments, settings, output and exit codes. Does not parse, store or search articles itself: it calls the library,
//! or a server through the generated client.

mod arguments;
mod backup;
mod check;
mod client;
mod completions;
mod copy;
mod explain;
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
mod man;
mod migrate;
mod output;
mod parse;
mod reparse;
mod restore;
mod serve;
mod service;
mod settings;
mod store;
mod table;
mod terminal;
mod token;
mod variables;
mod version;
mod watch;

use std::num::NonZero;
use std::process::ExitCode;
use std::thread::available_parallelism;

use anyhow::Context;
use articled::config::Config;
use clap::CommandFactory;

use self::arguments::{Arguments, Command};
use crate::telemetry;

/// The threads of the runtime beyond one for each core: a store in a file reads on all but one of them, so each core can read
/// while the last one waits for requests.
const SPARE_THREADS: usize = 1;

/// Runs the command given by the process's arguments.
pub(crate) fn main() -> ExitCode {
    let (arguments, tables) = match settings::read(std::env::args_os()) {
        Ok(read) => read,
        Err(error) => {
            // For clap, help and version are errors with status 0. A failure to print them cannot be reported.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    failure::exit_code(run(arguments, tables))
}

fn run(arguments: Arguments, tables: toml::Table) -> anyhow::Result<()> {
    let config = match &arguments.command {
        Command::Serve(command) => command.settings(tables)?,
        // Only a server sends traces.
        _ => Config::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(available_parallelism().map_or(1, NonZero::get) + SPARE_THREADS)
        .enable_all()
        .build()
        .context("cannot start")?;
    let telemetry = {
        // The connection to the collector lives on it.
        let _entered = runtime.enter();
        telemetry::start(&arguments.log, &config.telemetry).map_err(|error| failure::Usage(error.to_string()))?
    };
    let done = runtime.block_on(async {
        match arguments.command {
            Command::Serve(command) => command.run(config).await,
            Command::Import(command) => command.run().await,
            Command::Export(command) => command.run().await,
            Command::Copy(command) => command.run().await,
            Command::Parse(command) => command.run().await,
            Command::Get(command) => command.run().await,
            Command::List(command) => command.run().await,
            Command::Filter(command) => command.run().await,
            Command::Watch(command) => command.run().await,
            Command::Reparse(command) => command.run().await,
            Command::Backup(command) => command.run().await,
            Command::Restore(command) => command.run().await,
            Command::Check(command) => command.run().await,
            Command::Migrate(command) => command.run().await,
            Command::Healthcheck(command) => command.run().await,
            Command::Token(command) => command.run(),
            Command::Completions(command) => command.run(Arguments::command()),
            Command::Man(command) => command.run(Arguments::command()),
        }
    });
    telemetry.end();
    // Does not wait for blocking threads: one may still read standard input.
    runtime.shutdown_background();
    done
}
