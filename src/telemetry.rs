//! Logging: lines on standard error, for people or as JSON.
//!
//! Never writes to standard output, which is for the output of commands. Traces go to a collector, if there is one ([`otlp`]).

mod otlp;

use std::io::{self, IsTerminal, Write};

use articled::config;
use articled::text::is_display_control;
use clap::{Args, ValueEnum};
use opentelemetry_otlp::ExporterBuildError;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::{LevelFilter, ParseError};
use tracing_subscriber::fmt::{self, FormatFields, format};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use self::otlp::Otlp;

/// The default filter.
const DEFAULT_FILTER: &str = "info";

/// The levels of dependencies that the filter does not name. html5ever warns about every malformed page.
const LIBRARIES: &str = "warn,html5ever=error";

/// The variable that Rust programs share. `ARTICLED_LOG` overrides it.
const SHARED_FILTER_VARIABLE: &str = "RUST_LOG";

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LogArguments {
    /// The log filter: a level, or levels by module, such as `info,h2=debug`. A level without a module applies to articled
    /// itself, not to its dependencies. Default: RUST_LOG, else info.
    #[arg(long, env = "ARTICLED_LOG", global = true, value_name = "FILTER")]
    log: Option<String>,
    /// The format of log lines on standard error.
    #[arg(long, env = "ARTICLED_LOG_FORMAT", global = true, value_enum, default_value = "human")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

/// Telemetry to send before the process ends.
pub(crate) struct Started {
    otlp: Option<Otlp>,
}

impl Started {
    /// Sends waiting telemetry. Must be called on a thread that may block.
    pub(crate) fn end(self) {
        if let Some(otlp) = self.otlp {
            otlp.end();
        }
    }
}

/// Why starting telemetry failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("invalid --log or ARTICLED_LOG: {0}")]
    Filter(#[from] ParseError),
    #[error("cannot send traces: {0}")]
    Export(#[from] ExporterBuildError),
}

/// Starts logging, and the export of traces if it is configured. Must be called once, before anything else, within the
/// runtime.
pub(crate) fn start(arguments: &LogArguments, export: &config::Telemetry) -> Result<Started, StartError> {
    let filter = match &arguments.log {
        Some(filter) => filter.clone(),
        None => std::env::var(SHARED_FILTER_VARIABLE).unwrap_or_default(),
    };
    let filter = if filter.is_empty() { DEFAULT_FILTER } else { &filter };
    let filter = EnvFilter::try_new(own_lines(filter))?;
    let lines = match arguments.log_format {
        LogFormat::Human => {
            let ansi = wants_colour(&io::stderr());
            fmt::layer().fmt_fields(escaped_fields()).with_ansi(ansi).with_writer(io::stderr).boxed()
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(|| JsonEscapes(io::stderr())).boxed(),
    };
    let (otlp, exported) = Otlp::start(export)?.unzip();
    // The lines' filter is theirs alone, so that traces do not depend on what is logged.
    tracing_subscriber::registry().with(lines.with_filter(filter)).with(exported).init();
    Ok(Started { otlp })
}

/// Whether output to a stream is coloured: it is a terminal, and NO_COLOR is unset or empty (https://no-color.org).
pub(crate) fn wants_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Applies a level without a module, such as `debug`, to this program only. Dependencies keep to warnings, because thousands
/// of lines about HTTP/2 and HTML would hide the program's own. A module that the filter names gets the requested level.
fn own_lines(filter: &str) -> String {
    let directives = || filter.split(',').map(str::trim);
    let is_level = |directive: &str| directive.parse::<LevelFilter>().is_ok();
    let Some(level) = directives().rev().find(|directive| is_level(directive)) else { return filter.to_owned() };
    let libraries = match level.parse() {
        Ok(LevelFilter::OFF) => "off",
        Ok(LevelFilter::ERROR) => "error",
        _ => LIBRARIES,
    };
    // The last directive for a module wins, so the named modules come last.
    let named: Vec<&str> = directives().filter(|directive| !is_level(directive)).collect();
    let own = format!("articled={level}");
    [vec![libraries, &own], named].concat().join(",")
}

/// Formats fields with control characters escaped, so that a caller's text cannot forge a log line or control a terminal.
fn escaped_fields() -> impl for<'writer> FormatFields<'writer> + 'static {
    format::debug_fn(|writer, field, value| {
        let shown = escaped(&format!("{value:?}"), char::escape_debug);
        if field.name() == "message" { write!(writer, "{shown}") } else { write!(writer, "{}={shown}", field.name()) }
    })
    .delimited(" ")
}

fn escaped<Escape: Iterator<Item = char>>(text: &str, escape: impl Fn(char) -> Escape) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_display_control(character) { shown.extend(escape(character)) } else { shown.push(character) }
    }
    shown
}

/// Escapes the control characters that JSON allows unescaped and a terminal interprets: JSON escapes only those below
/// U+0020.
struct JsonEscapes<W>(W);

impl<W: Write> Write for JsonEscapes<W> {
    /// Each call has one whole log line, with its line feed.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let (body, end) = text.strip_suffix('\n').map_or((&*text, ""), |body| (body, "\n"));
        // All of these are below U+10000, so each is one `\u` escape.
        let mut shown = escaped(body, |character| {
            format!("\\u{:04x}", u32::from(character)).chars().collect::<Vec<_>>().into_iter()
        });
        shown.push_str(end);
        self.0.write_all(shown.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    const HOSTILE: &str = "甲\u{1b}[31m\n2026-01-01 ERROR forged\r\u{9b}2J\u{7f}\u{202e}\u{2028}乙";

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(lines: &Lines) -> String {
        let written = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("UTF-8");
        let body = written.strip_suffix('\n').expect("a line");
        assert!(!body.contains(is_display_control), "{body:?}");
        assert!(body.contains('甲') && body.contains('乙') && body.contains("forged"), "{body}");
        written
    }

    fn log() {
        let span = tracing::info_span!("call", method = HOSTILE);
        let _entered = span.enter();
        tracing::info!(display = %HOSTILE, debug = ?HOSTILE, text = HOSTILE, "message: {HOSTILE}");
    }

    #[test]
    fn a_callers_text_neither_begins_a_line_nor_commands_a_terminal() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .fmt_fields(escaped_fields())
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        check(&lines);
    }

    #[test]
    fn json_stays_json() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_writer(move || JsonEscapes(writer.clone()))
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        let line: serde_json::Value = serde_json::from_str(&check(&lines)).expect("JSON");
        assert_eq!(line["text"], HOSTILE);
    }

    #[test]
    fn a_bare_level_is_that_of_our_own_lines() {
        for (filter, expected) in [
            ("debug", "warn,html5ever=error,articled=debug"),
            ("info", "warn,html5ever=error,articled=info"),
            ("TRACE", "warn,html5ever=error,articled=TRACE"),
            ("off", "off,articled=off"),
            ("error", "error,articled=error"),
            ("debug, h2=debug", "warn,html5ever=error,articled=debug,h2=debug"),
            ("warn,articled=debug", "warn,html5ever=error,articled=warn,articled=debug"),
            ("articled::store=debug", "articled::store=debug"),
            ("h2=trace,debug", "warn,html5ever=error,articled=debug,h2=trace"),
        ] {
            assert_eq!(own_lines(filter), expected);
            EnvFilter::try_new(own_lines(filter)).expect("a filter");
        }
        assert!(EnvFilter::try_new(own_lines("a=b=c")).is_err());
    }
}
