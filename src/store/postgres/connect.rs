//! Opens connections: every PostgreSQL setting, with its reason.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;
use url::Url;

use crate::store::postgres::error::PostgresError;

/// How long connecting may take, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the database runs a statement of a request: as long as the longest deadline of a call.
const STATEMENT_TIMEOUT_MS: &str = "30000";

/// How long a write waits for the writer of another instance. Longer than a group takes, and shorter than a call waits.
const LOCK_TIMEOUT_MS: &str = "10000";

/// After how long the database ends a transaction whose instance does nothing: one that was frozen would hold the lock of the
/// writer, or keep dead rows, for ever.
const IDLE_TRANSACTION_TIMEOUT_MS: &str = "5000";

/// After how long the database ends the session of a merger that sends nothing, so that another one takes over.
const MERGER_TIMEOUT_MS: &str = "6000";

/// A setting of our own, which a session has if it has the others.
const MARK: &str = "articled.session";

/// The purpose of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
    /// Holds the merger's lock, and must send something before [`MERGER_TIMEOUT_MS`] have passed.
    Merge,
    /// Migrates, checks or rebuilds: its statements take as long as they take.
    Maintain,
}

impl Purpose {
    /// Whether a connection may lead through a pooler that gives each transaction another session.
    fn can_be_pooled(self) -> bool {
        matches!(self, Self::Write | Self::Read)
    }
}

/// The settings of a session that answers requests.
///
/// Plans must not depend on statistics, which are missing or old while a store grows: every statement of a request reads few
/// rows, and finds them by an index.
pub(super) const REQUEST_SETTINGS: [(&str, &str); 10] = [
    ("jit", "off"),
    ("client_min_messages", "warning"),
    ("synchronous_commit", "on"),
    ("lock_timeout", LOCK_TIMEOUT_MS),
    ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_TIMEOUT_MS),
    ("statement_timeout", STATEMENT_TIMEOUT_MS),
    ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// What differs where statements take as long as they take, and read whole tables. Said explicitly, because a role may have the
/// [`REQUEST_SETTINGS`].
const MAINTENANCE_SETTINGS: [(&str, &str); 7] = [
    ("lock_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("statement_timeout", "0"),
    ("enable_seqscan", "on"),
    ("enable_bitmapscan", "on"),
    ("enable_hashjoin", "on"),
    ("enable_mergejoin", "on"),
];

/// How the database is reached.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    options: PgConnectOptions,
    /// The database itself, if `options` lead to a pooler.
    direct: Option<PgConnectOptions>,
}

impl Connector {
    /// Reads `postgres://…`, or says what is wrong with it.
    pub(crate) fn from_url(url: &str) -> Result<Self, String> {
        Ok(Self { options: read_url(url)?, direct: None })
    }

    /// The same database, of which the URL so far is a pooler's, and this one leads to it directly.
    pub(super) fn with_direct_url(self, url: &str) -> Result<Self, String> {
        // A pooler refuses a parameter of the session that it does not know, and sqlx sends this one by itself.
        let options = self.options.extra_float_digits(None);
        Ok(Self { options, direct: Some(read_url(url)?) })
    }

    pub(super) fn is_pooled(&self) -> bool {
        self.direct.is_some()
    }

    /// How the database itself is reached.
    pub(super) fn direct_options(&self) -> &PgConnectOptions {
        self.direct.as_ref().unwrap_or(&self.options)
    }

    pub(super) fn role(&self) -> &str {
        self.options.get_username()
    }

    /// The database without its password, for messages.
    pub(crate) fn label(&self) -> String {
        let (host, port) = (self.options.get_host(), self.options.get_port());
        let database = self.options.get_database().unwrap_or_default();
        format!("postgres://{host}:{port}/{database}")
    }

    pub(crate) async fn connect(&self, purpose: Purpose) -> Result<PgConnection, PostgresError> {
        let options = if self.is_pooled() && purpose.can_be_pooled() {
            // Its sessions have the settings of their role, as `pooler` has made sure.
            self.options.clone()
        } else {
            self.direct_options().clone().options(settings(purpose))
        };
        let mut connection = match timeout(CONNECT_TIMEOUT, options.connect()).await {
            Ok(Err(error)) if is_refused_setting(&error) => return Err(PostgresError::Pooler),
            Ok(connected) => connected?,
            Err(_) => return Err(PostgresError::Stalled { seconds: CONNECT_TIMEOUT.as_secs() }),
        };
        // Every command begins with such a connection.
        if purpose == Purpose::Maintain {
            refuse_pooler(&mut connection).await?;
        }
        Ok(connection)
    }
}

fn read_url(url: &str) -> Result<PgConnectOptions, String> {
    // sqlx ignores a parameter that it does not know, and logs its value, which may be a misspelt password.
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    if let Some((key, _)) = parsed.query_pairs().find(|(key, _)| !is_parameter(key)) {
        return Err(format!("the URL has an unknown parameter: {key}"));
    }
    let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| error.to_string())?;
    let options = match options.get_application_name() {
        Some(_) => options,
        None => options.application_name("articled"),
    };
    Ok(options.disable_statement_logging())
}

fn settings(purpose: Purpose) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![
        (MARK, "on"),
        // A peer that has vanished is noticed within half a minute.
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "4"),
    ];
    settings.extend(REQUEST_SETTINGS);
    match purpose {
        Purpose::Read | Purpose::Write => {}
        Purpose::Merge => settings.push(("idle_session_timeout", MERGER_TIMEOUT_MS)),
        Purpose::Maintain => settings.extend(MAINTENANCE_SETTINGS),
    }
    settings
}

/// Whether a pooler refuses a connection with settings (PgBouncer: "unsupported startup parameter").
fn is_refused_setting(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error)
        if error.code().as_deref() == Some("08P01") && error.message().contains("startup parameter"))
}

/// Refuses a session whose settings a pooler has dropped (PgBouncer: `ignore_startup_parameters`). Limits of time would not
/// hold, and where the pooler gives each transaction another session, two instances could merge at once.
async fn refuse_pooler(connection: &mut PgConnection) -> Result<(), PostgresError> {
    let mark: Option<String> =
        sqlx::query_scalar("SELECT current_setting($1, true)").bind(MARK).fetch_one(connection).await?;
    if mark.as_deref() == Some("on") { Ok(()) } else { Err(PostgresError::Pooler) }
}

/// The parameters of a URL, most of them libpq's.
pub(crate) fn is_parameter(key: &str) -> bool {
    const PARAMETERS: [&str; 12] = [
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "options",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
    ];
    PARAMETERS.contains(&key) || key.starts_with("options[")
}

/// Closes a connection politely; a failure adds nothing, because the connection is gone either way.
pub(crate) async fn close(connection: PgConnection) {
    _ = timeout(Duration::from_secs(1), connection.close()).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_would_be_ignored_is_named_without_its_value() {
        assert!(Connector::from_url("postgres://u:p@db/news?sslmode=verify-full&options[search_path]=news").is_ok());
        let wrong = Connector::from_url("postgres://db/news?user=u&pasword=geheim").expect_err("unknown");
        assert_eq!(wrong, "the URL has an unknown parameter: pasword");
        let wrong = Connector::from_url("postgres://u:geheim@db:99999/news").expect_err("no port");
        assert!(!wrong.contains("geheim"), "{wrong}");
    }
}
