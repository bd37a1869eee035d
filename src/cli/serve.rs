//! `articled serve`: the server, from its settings to its end.

mod security;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::Config;
use articled::metrics::Registry;
use articled::server::{self, Listeners, RunError};
use articled::store::SharedStore;
use clap::Args;
use tokio::net::TcpListener;
use toml::{Table, Value};
use tracing::info;

use self::security::SecurityArguments;
use super::failure::Usage;
use super::import;
use super::input::InputArguments;
use super::service::Service;
use super::{interrupt, store};

/// Variables of these prefixes are settings in the tables of the same names.
const TABLES: [&str; 4] = ["limits", "feed", "shutdown", "credentials"];

/// Serves articles over gRPC until SIGTERM or Ctrl-C.
#[derive(Args, Debug)]
pub struct Serve {
    /// Where gRPC is served; port 0: any free one.
    #[arg(long, env = "ARTICLED_LISTEN", value_name = "ADDRESS", default_value_t = Config::default().listen)]
    listen: SocketAddr,
    /// Where /metrics (Prometheus), /healthz, /readyz and /version are served over HTTP; port 0: any free one; empty: not
    /// at all.
    #[arg(long, env = "ARTICLED_METRICS_LISTEN", value_name = "ADDRESS", default_value = default_metrics_listen())]
    metrics_listen: String,
    /// The store.
    #[arg(long, env = "ARTICLED_DATABASE", value_name = "sqlite:PATH", default_value_t = Config::default().database)]
    database: String,
    /// Serves what is stored and refuses to write.
    #[arg(
        long,
        env = "ARTICLED_READ_ONLY",
        value_name = "BOOL",
        require_equals = true,
        num_args = 0..=1,
        default_value = "false",
        default_missing_value = "true"
    )]
    read_only: bool,
    #[command(flatten)]
    security: SecurityArguments,
    /// A finer setting, such as limits.max_calls=100 or shutdown.wait_ms=5000; may be given several times. Also a
    /// variable, ARTICLED_LIMITS_MAX_CALLS, and a key in a table of the settings file.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Imports these files and folders before it serves; may be given several times.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    load: Vec<PathBuf>,
}

fn default_metrics_listen() -> String {
    Config::default().metrics_listen.map(|address| address.to_string()).unwrap_or_default()
}

/// Imports before serving. A document that is refused is reported, and is no reason not to serve the others.
async fn load(
    paths: Vec<PathBuf>,
    opened: &SharedStore,
    config: &Config,
    interrupted: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let service = Service::of_store(Arc::clone(opened), config)?;
    let input = InputArguments::of_paths(paths);
    let summary = import::import(input, &service, import::WORKERS, false, interrupted, &mut |_| Ok(())).await?;
    info!("loaded: {summary}");
    summary.uninterrupted()
}

impl Serve {
    /// Serves; `tables` are those of the settings file.
    pub async fn run(self, tables: Table) -> anyhow::Result<()> {
        let variables = std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value)));
        let variables = variables.filter_map(|(key, value)| Some((key, value.into_string().ok()?)));
        let config = self.config(tables, variables)?;
        config.check().map_err(|error| Usage(error.to_string()))?;
        // Before the store is opened and loaded, which may take long.
        server::check_files(&config, &Clock::system())?;
        let shutdown = interrupt::signals().context("cannot listen for signals")?;
        let mut shutdown = std::pin::pin!(shutdown);
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!("cannot listen on {}; is another server running there? --listen names another address", self.listen)
        })?;
        let metrics = Registry::new().context("cannot count")?;
        let opened = store::open(&config.database, server::store_access(&config), metrics.clone()).await?;
        if !self.load.is_empty() {
            load(self.load, &opened, &config, shutdown.as_mut()).await?;
        }
        let listeners = Listeners::new(listener, &config).await?;
        match server::serve(config, listeners, opened, Clock::system(), metrics, shutdown).await {
            Err(RunError::Config(error)) => Err(Usage(error.to_string()).into()),
            ended => ended.context("the server failed"),
        }
    }

    fn config(&self, tables: Table, variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Config> {
        let mut all = tables;
        for (variable, value) in variables {
            let Some(key) = variable.strip_prefix("ARTICLED_").map(str::to_ascii_lowercase) else { continue };
            let in_table = key.split_once('_').filter(|(table, _)| TABLES.contains(table));
            if let Some((table, key)) = in_table {
                put(&mut all, table, key, &value);
            }
        }
        for setting in &self.set {
            let parts = setting.split_once('=').and_then(|(key, value)| Some((key.split_once('.')?, value)));
            let Some(((table, key), value)) = parts else {
                return Err(Usage(format!("--set {setting}: it has the form limits.max_calls=100")).into());
            };
            put(&mut all, table, key, value);
        }
        all.insert("listen".to_owned(), self.listen.to_string().into());
        all.insert("metrics_listen".to_owned(), self.metrics_listen.clone().into());
        all.insert("database".to_owned(), self.database.clone().into());
        all.insert("read_only".to_owned(), self.read_only.into());
        self.security.put(&mut all);
        all.try_into().map_err(|error: toml::de::Error| Usage(format!("settings: {}", error.message())).into())
    }
}

/// Puts a value into a table, as the number or truth that it looks like.
fn put(all: &mut Table, table: &str, key: &str, value: &str) {
    let value = match (value.parse(), value.parse()) {
        (Ok(number), _) => Value::Integer(number),
        (_, Ok(truth)) => Value::Boolean(truth),
        _ => Value::String(value.to_owned()),
    };
    if let Value::Table(table) = all.entry(table).or_insert_with(|| Value::Table(Table::new())) {
        table.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use articled::config::Exposure;
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    fn config(line: &[&str], variables: &[(&str, &str)], file: &str) -> Result<Config, String> {
        let serve = Line::parse_from(["serve"].iter().chain(line)).serve;
        let variables = variables.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
        serve.config(file.parse().expect("TOML"), variables).map_err(|error| error.to_string())
    }

    #[test]
    fn says_nothing_gets_the_defaults() {
        assert_eq!(config(&[], &[], ""), Ok(Config::default()));
    }

    #[test]
    fn flags_go_before_variables_and_those_before_the_file() {
        let calls = |line, variables| config(line, variables, "limits.max_calls = 1").expect("valid").limits.max_calls;
        assert_eq!(calls(&[], &[]), 1);
        assert_eq!(calls(&[], &[("ARTICLED_LIMITS_MAX_CALLS", "2")]), 2);
        assert_eq!(calls(&["--set", "limits.max_calls=3"], &[("ARTICLED_LIMITS_MAX_CALLS", "2")]), 3);
    }

    #[test]
    fn an_unknown_setting_is_refused_by_name() {
        let check = |result: Result<Config, String>, name: &str| {
            let error = result.expect_err(name);
            assert!(error.contains(name), "{error}");
        };
        check(config(&["--set", "limits.max_cals=1"], &[], ""), "max_cals");
        check(config(&["--set", "limit.max_calls=1"], &[], ""), "limit");
        check(config(&["--set", "max_calls"], &[], ""), "max_calls");
        check(config(&[], &[("ARTICLED_SHUTDOWN_WAIT", "1")], ""), "wait");
        check(config(&[], &[], "[limit]"), "limit");
        check(config(&["--metrics-listen", "nowhere"], &[], ""), "address");
    }

    #[test]
    fn truth_can_be_said_both_ways() {
        assert!(config(&["--insecure"], &[], "").expect("valid").insecure);
        assert_eq!(config(&["--reflection=false"], &[], "").expect("valid").reflection, Exposure::Off);
        assert_eq!(config(&["--metrics-listen", ""], &[], "").expect("valid").metrics_listen, None);
    }
}
