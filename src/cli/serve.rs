//! `articled serve`: reads the settings and runs the server.

mod next_steps;
mod security;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use articled::clock::Clock;
use articled::config::Config;
use articled::metrics::Registry;
use articled::server::{self, Listeners, RunError};
use articled::store::{DATABASE_FORM, SharedStore, without_password};
use articled_client::DEFAULT_IN_FLIGHT;
use clap::Args;
use tokio::net::TcpListener;
use tokio::time::timeout;
use toml::{Table, Value};
use tracing::info;

use self::security::SecurityArguments;
use super::failure::Usage;
use super::import;
use super::input::InputArguments;
use super::output::Out;
use super::service::client_of_store;
use super::{interrupt, store};

/// Tables of settings. `ARTICLED_LIMITS_MAX_CALLS` is the key `max_calls` in the table `limits`.
pub(super) const TABLES: [&str; 7] = ["replica", "pooler", "limits", "feed", "shutdown", "credentials", "telemetry"];

/// Serves articles over gRPC until SIGTERM or Ctrl-C.
#[derive(Args, Debug)]
pub(super) struct Serve {
    /// The address of the gRPC listener. Port 0: any free port.
    #[arg(long, env = "ARTICLED_LISTEN", value_name = "ADDRESS", default_value_t = Config::default().listen)]
    listen: SocketAddr,
    /// The address of the HTTP listener for /metrics (Prometheus), /healthz, /readyz and /version. Port 0: any free port;
    /// empty: none.
    #[arg(long, env = "ARTICLED_METRICS_LISTEN", value_name = "ADDRESS", default_value = default_metrics_listen())]
    metrics_listen: String,
    /// The URL of the store.
    #[arg(long, env = "ARTICLED_DATABASE", hide_env_values = true, value_name = DATABASE_FORM, default_value_t = Config::default().database)]
    database: String,
    /// Opens the store read-only; writes fail.
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
    /// Another setting, such as limits.max_calls=100 or shutdown.wait_ms=5000; may be repeated. The same settings are
    /// environment variables, such as ARTICLED_LIMITS_MAX_CALLS, and keys in the tables of the --config file.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Prints the settings, merged from flags, variables and file, and exits. The output is a valid --config file.
    #[arg(long)]
    print_config: bool,
    /// Imports these files and folders before serving; may be repeated.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    load: Vec<PathBuf>,
}

fn default_metrics_listen() -> String {
    Config::default().metrics_listen.map(|address| address.to_string()).unwrap_or_default()
}

/// Imports before serving. A refused document is reported and does not prevent the server from starting.
async fn load(
    paths: Vec<PathBuf>,
    opened: &SharedStore,
    config: &Config,
    interrupted: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let client = client_of_store(opened, config)?;
    let input = InputArguments::of_paths(paths);
    let summary = import::import(input, &client, DEFAULT_IN_FLIGHT, false, interrupted, &mut |_| Ok(())).await?;
    info!("loaded: {summary}");
    summary.uninterrupted()
}

impl Serve {
    /// The checked settings; `tables` are the tables of the --config file.
    pub(super) fn settings(&self, tables: Table) -> anyhow::Result<Config> {
        let variables =
            std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)));
        let config = self.config(tables, variables)?;
        config.check().map_err(|error| Usage(error.to_string()))?;
        Ok(config)
    }

    /// Serves with the [`Self::settings`].
    pub(super) async fn run(self, config: Config) -> anyhow::Result<()> {
        if self.print_config {
            let mut out = Out::new();
            let mut config = config;
            let urls = [&mut config.database, &mut config.replica.database, &mut config.pooler.direct_database];
            urls.into_iter().for_each(|url| *url = without_password(url));
            out.text(toml::to_string(&config)?.trim_end())?;
            return out.flush();
        }
        // Before the store is opened and loaded, which may take long.
        server::check_files(&config, &Clock::system())?;
        let shutdown = interrupt::signals().context("cannot listen for signals")?;
        let mut shutdown = std::pin::pin!(shutdown);
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!("cannot listen on {}; is another server running? --listen sets another address", self.listen)
        })?;
        let metrics = Registry::new().context("cannot count")?;
        let access = server::store_access(&config);
        let drain = Duration::from_millis(config.shutdown.drain_ms);
        let (database, store_metrics) = (config.database.clone(), metrics.clone());
        // A task of its own, because migrating a store, or reading a damaged one, takes long and partly blocks.
        let mut opening = tokio::spawn(async move { store::open(&database, access, store_metrics).await });
        let opened = tokio::select! {
            opened = &mut opening => opened.context("opening the store failed")??,
            () = shutdown.as_mut() => {
                // Closed, so that no WAL is left, unless that takes too long: the store is then as after a crash.
                if let Ok(Ok(Ok(opened))) = timeout(drain, opening).await {
                    opened.close().await;
                }
                info!("stopped while the store was being opened");
                return Ok(());
            }
        };
        let has_loaded = !self.load.is_empty();
        if has_loaded {
            load(self.load, &opened, &config, shutdown.as_mut()).await?;
        }
        let listeners = Listeners::new(listener, &config).await?;
        if has_loaded && let Some(steps) = next_steps::next_steps(&listeners, &config) {
            info!("{steps}");
        }
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
                return Err(Usage(format!("--set {setting}: expected the form limits.max_calls=100")).into());
            };
            put(&mut all, table, key, value);
        }
        all.insert("listen".to_owned(), self.listen.to_string().into());
        all.insert("metrics_listen".to_owned(), self.metrics_listen.clone().into());
        all.insert("database".to_owned(), self.database.clone().into());
        all.insert("read_only".to_owned(), self.read_only.into());
        self.security.put(&mut all);
        let read: Result<Config, _> = all.clone().try_into();
        read.map_err(|error| Usage(format!("settings: {}", mistakes(&all, &error))).into())
    }
}

/// All values that do not parse. Parsing the whole table stops at the first.
fn mistakes(all: &Table, first: &toml::de::Error) -> String {
    let read_alone = |entry: Table, key: String| {
        let read: Result<Config, toml::de::Error> = entry.try_into();
        read.err().map(|error| format!("{key}: {}", error.message()))
    };
    let mut mistakes = Vec::new();
    for (name, value) in all {
        let single = |value: Value| Table::from_iter([(name.clone(), value)]);
        match value {
            Value::Table(table) if TABLES.contains(&name.as_str()) => {
                let entries = table.iter().map(|(key, value)| (key, Table::from_iter([(key.clone(), value.clone())])));
                mistakes.extend(
                    entries.filter_map(|(key, entry)| read_alone(single(entry.into()), format!("{name}.{key}"))),
                );
            }
            value => mistakes.extend(read_alone(single(value.clone()), name.clone())),
        }
    }
    if mistakes.is_empty() { first.message().to_owned() } else { mistakes.join("; ") }
}

/// Sets a key in a table. The value becomes an integer or a boolean if it parses as one.
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
    fn no_arguments_give_the_defaults() {
        assert_eq!(config(&[], &[], ""), Ok(Config::default()));
    }

    #[test]
    fn flags_override_variables_and_variables_override_the_file() {
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
        for name in ["max_cals", "feed.keep", "limits.max_calls"] {
            let line = ["--set", "limits.max_cals=1", "--set", "feed.keep=1", "--set", "limits.max_calls=many"];
            check(config(&line, &[], ""), name);
        }
        check(config(&["--metrics-listen", "nowhere"], &[], ""), "address");
    }

    #[test]
    fn booleans_may_have_a_value() {
        assert!(config(&["--insecure"], &[], "").expect("valid").insecure);
        assert_eq!(config(&["--reflection=false"], &[], "").expect("valid").reflection, Exposure::Off);
        assert_eq!(config(&["--metrics-listen", ""], &[], "").expect("valid").metrics_listen, None);
    }
}
