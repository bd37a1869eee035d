//! Rejects unknown `ARTICLED_*` environment variables, because a misspelt setting would be ignored silently.

use std::ffi::{OsStr, OsString};

use clap::Command;

use super::serve;

const PREFIX: &str = "ARTICLED_";

/// Variables of the project's own tests and their tools.
const OF_TESTS: [&str; 4] = ["TEST_", "TOOLS", "NODE_MODULES", "BINARY"];

/// The name of an unknown variable, if there is one.
pub(super) fn unknown(command: &Command, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Option<String> {
    let mut names: Vec<String> = variables
        .into_iter()
        .filter_map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            let key = name.strip_prefix(PREFIX)?;
            let is_known = is_argument(command, OsStr::new(&name))
                || is_in_a_table(key)
                || OF_TESTS.iter().any(|prefix| key.starts_with(prefix))
                || is_of_a_platform(key, &value.to_string_lossy());
            (!is_known).then_some(name)
        })
        .collect();
    names.sort_unstable();
    names.into_iter().next()
}

/// A key of a table of the server's settings, such as `LIMITS_MAX_CALLS`; `serve` validates the keys in them.
fn is_in_a_table(key: &str) -> bool {
    serve::TABLES.iter().any(|table| key.starts_with(&format!("{}_", table.to_ascii_uppercase())))
}

fn is_argument(command: &Command, name: &OsStr) -> bool {
    command.get_arguments().any(|argument| argument.get_env() == Some(name))
        || command.get_subcommands().any(|subcommand| is_argument(subcommand, name))
}

/// Kubernetes and Docker set variables for every service, including those named articled or articled-metrics:
/// `ARTICLED_SERVICE_HOST`, `ARTICLED_PORT=tcp://10.0.0.1:50051`, `ARTICLED_PORT_50051_TCP_ADDR`.
fn is_of_a_platform(key: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_port = |rest: &str| rest.trim_start_matches('_').starts_with(|first: char| first.is_ascii_digit());
    key.ends_with("SERVICE_HOST")
        || key.contains("SERVICE_PORT")
        || (key == "PORT" || key.ends_with("_PORT")) && is_address
        || key.split_once("PORT_").is_some_and(|(_, rest)| is_port(rest))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::arguments::Arguments;

    fn unknown_of(variables: &[(&str, &str)]) -> Option<String> {
        unknown(&Arguments::command(), variables.iter().map(|&(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn a_misspelt_variable_is_named() {
        for name in ["ARTICLED_DATABSE", "ARTICLED_", "ARTICLED_LIMIT_MAX_CALLS", "ARTICLED_listen", "ARTICLED_PORT"] {
            assert_eq!(unknown_of(&[("ARTICLED_LISTEN", "x"), (name, "1")]).as_deref(), Some(name));
        }
    }

    #[test]
    fn variables_that_something_reads_are_known() {
        let known = [
            ("PATH", "/bin"),
            ("ARTICLEDX", "1"),
            ("ARTICLED_LISTEN", "127.0.0.1:1"),
            ("ARTICLED_LOG", "debug"),
            ("ARTICLED_OUTPUT", "json"),
            ("ARTICLED_SERVER", "http://a.example"),
            ("ARTICLED_CONFIG", "a.toml"),
            ("ARTICLED_LIMITS_MAX_CALLS", "1"),
            ("ARTICLED_TEST_DATA", "/data"),
            ("ARTICLED_TOOLS", "/tools"),
            ("ARTICLED_SERVICE_HOST", "192.0.2.1"),
            ("ARTICLED_SERVICE_PORT_GRPC", "50051"),
            ("ARTICLED_PORT", "tcp://192.0.2.1:50051"),
            ("ARTICLED_PORT_50051_TCP_ADDR", "192.0.2.1"),
            ("ARTICLED_METRICS_PORT_9464_TCP", "tcp://192.0.2.1:9464"),
        ];
        assert_eq!(unknown_of(&known), None);
    }
}
