//! Where the program's own messages go: log lines on standard error, for people or for programs.
//!
//! Refuses standard output, which belongs to answers.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// What is logged if nobody says otherwise.
const DEFAULT_FILTER: &str = "info";

/// The variable that Rust programs share; ours goes before it.
const SHARED_FILTER_VARIABLE: &str = "RUST_LOG";

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Logging")]
pub struct LogArguments {
    /// What to log: a level, or levels by module such as `warn,articled=debug`. Default: RUST_LOG, else info.
    #[arg(long, env = "ARTICLED_LOG", global = true, value_name = "FILTER")]
    log: Option<String>,
    /// How log lines look, on standard error.
    #[arg(long, env = "ARTICLED_LOG_FORMAT", global = true, value_enum, default_value = "human")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// Lines for people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Starts logging. Called once, before anything else is done.
pub fn start(arguments: &LogArguments) -> Result<(), ParseError> {
    let filter = match &arguments.log {
        Some(filter) => filter.clone(),
        None => std::env::var(SHARED_FILTER_VARIABLE).unwrap_or_default(),
    };
    let filter = if filter.is_empty() { DEFAULT_FILTER } else { &filter };
    let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::try_new(filter)?).with_writer(io::stderr);
    match arguments.log_format {
        LogFormat::Human => subscriber.with_ansi(wants_colour(&io::stderr())).init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Whether a stream gets colours: it is a terminal, and NO_COLOR is unset or empty (https://no-color.org).
pub fn wants_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
