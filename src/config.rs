//! The server's settings, with unit, range, default and reason.
//!
//! Owns the settings and their validation. Does not read them: the command line merges flags, `ARTICLED_*` environment
//! variables and a TOML file into a [`Config`].

mod access;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::access::{ClientCertificates, Exposure, Role, UnknownRole, Web};

const MIB: usize = 1 << 20;

/// The settings of a server. Each field is a key of the TOML file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address of the gRPC listener. Port 0: any free port. Default 127.0.0.1:50051.
    pub listen: SocketAddr,
    /// The address of the HTTP listener for `/metrics` (Prometheus), `/healthz`, `/readyz`, `/version`, gRPC-Web and JSON. Port 0:
    /// any free port. Empty: no listener. Default 127.0.0.1:9464.
    #[serde(deserialize_with = "optional_address", serialize_with = "address_or_empty")]
    pub metrics_listen: Option<SocketAddr>,
    /// The URL of the store, `sqlite:PATH` or `postgres://…`. Default `sqlite:articled.db`.
    pub database: String,
    /// Opens the store read-only: writes fail with FAILED_PRECONDITION. Default false.
    pub read_only: bool,
    /// Allows `listen` and `metrics_listen` to be reachable from other machines without encryption and authentication.
    /// Default false.
    pub insecure: bool,
    /// The file with the server's certificate chain, in PEM. With `tls_key`, both listeners use TLS. Default none.
    #[serde(deserialize_with = "optional_path", serialize_with = "path_or_empty")]
    pub tls_cert: Option<PathBuf>,
    /// The file with the certificate's private key, in PEM. Default none.
    #[serde(deserialize_with = "optional_path", serialize_with = "path_or_empty")]
    pub tls_key: Option<PathBuf>,
    /// The file with the certificate authorities of client certificates, in PEM (mutual TLS). Default none.
    #[serde(deserialize_with = "optional_path", serialize_with = "path_or_empty")]
    pub client_ca: Option<PathBuf>,
    /// Whether a gRPC connection needs a certificate of `client_ca`: `required` or `optional`. Default `required`.
    pub client_certificates: ClientCertificates,
    /// The file that maps tokens and client certificates to roles. Without it callers are not authenticated. Default none.
    #[serde(deserialize_with = "optional_path", serialize_with = "path_or_empty")]
    pub tokens: Option<PathBuf>,
    /// Who may use gRPC reflection, as tools such as grpcurl do: `off`, a role, or `anyone`. Default `reader`.
    pub reflection: Exposure,
    /// Who may read `/metrics`: `off`, a role, or `anyone`. Default `reader`.
    pub metrics_access: Exposure,
    /// Whether the HTTP listener also serves gRPC-Web and reads in JSON, with the roles of gRPC: `off`, `loopback` (if it is on a loopback
    /// address), or `on`. With `client_ca` it needs `tokens`, as that listener requires no certificate. Default `loopback`.
    pub web: Web,
    /// Reloading of certificates and tokens.
    pub credentials: CredentialFiles,
    /// A standby of a PostgreSQL database.
    pub replica: ReplicaDatabase,
    /// A pooler before a PostgreSQL database.
    pub pooler: Pooler,
    /// Limits on calls, connections and clients.
    pub limits: Limits,
    /// Retention and watching of the change feed.
    pub feed: Feed,
    /// Delays of a graceful shutdown.
    pub shutdown: Shutdown,
    /// Where traces go.
    pub telemetry: Telemetry,
}

/// Limits that protect the server from overload, and clients from each other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections. Further ones wait to be accepted. 1 to 65,536; default 512.
    pub max_connections: usize,
    /// Open connections from one IP address. Further ones are closed. 1 to 65,536; default 64.
    pub max_connections_per_peer: usize,
    /// Concurrent calls on one connection: HTTP/2's SETTINGS_MAX_CONCURRENT_STREAMS, which clients respect. 1 to 10,000;
    /// default 100.
    pub max_streams_per_connection: u32,
    /// Streams that the server resets because of a peer's protocol errors before it closes the connection. 1 to 100,000;
    /// default 1024, the default of h2.
    pub max_local_error_resets: usize,
    /// Size of the headers of one call, in bytes. 1 KiB to 1 MiB; default 16 KiB.
    pub max_header_list_bytes: u32,
    /// Concurrent calls on all connections. Further calls fail with RESOURCE_EXHAUSTED. 1 to 100,000; default 1024.
    pub max_calls: usize,
    /// Size of one request message, in bytes. 8 MiB to 64 MiB; default 12 MiB, so that a document slightly above its own
    /// limit of 8 MiB fails with an error that names the field.
    pub max_request_bytes: usize,
    /// Total size of all requests that are being received or processed, in bytes. Calls that exceed it fail with
    /// RESOURCE_EXHAUSTED. `max_request_bytes` to 4 GiB less one byte; default 256 MiB.
    pub max_buffered_request_bytes: usize,
    /// Total size of all responses that peers have not read yet, in bytes. Calls that exceed it fail with
    /// RESOURCE_EXHAUSTED. `max_response_bytes` to 4 GiB less one byte; default 96 MiB, of which a single peer gets at most
    /// half.
    pub max_unread_response_bytes: usize,
    /// Size of one response message, in bytes. Only the RAW view comes close. 4 MiB to 64 MiB; default 12 MiB.
    pub max_response_bytes: usize,
    /// Total size of the articles in one page or batch, in bytes. 64 KiB to 3.5 MiB; default 3 MiB, so that a response fits
    /// in the 4 MiB that clients accept by default.
    pub max_page_bytes: usize,
    /// How long a new connection may take to send the HTTP/2 preface. 100 to 60,000 ms; default 10 s.
    pub preface_deadline_ms: u64,
    /// How long a connection may be idle before the server sends a keepalive ping. 1,000 to 3,600,000 ms; default 30 s.
    pub keepalive_interval_ms: u64,
    /// How long the answer to a keepalive ping may take before the connection is closed. 100 to 600,000 ms; default 10 s.
    pub keepalive_timeout_ms: u64,
    /// The deadline of a unary call if the client sets none. 10 ms to `max_deadline_ms`; default 5 s.
    pub default_deadline_ms: u64,
    /// The maximum deadline of a unary call, whatever the client sets. 10 to 600,000 ms; default 30 s.
    pub max_deadline_ms: u64,
    /// Concurrent imports. 1 to 10,000; default 16, because each may buffer one partly received request of
    /// `max_request_bytes`.
    pub max_imports: usize,
    /// Concurrent exports. 1 to 10,000; default 32, because each buffers one page.
    pub max_exports: usize,
    /// Total size of the items in progress in all imports, in bytes. Imports wait until an item fits. 1 MiB to 4 GiB less one
    /// byte; default 64 MiB.
    pub max_import_bytes: usize,
    /// How long the client of an import may send nothing before the server ends the import. 100 to 3,600,000 ms; default
    /// 30 s.
    pub import_idle_ms: u64,
    /// How long a client may leave a response unread. After that an import or export ends, and the connection of a unary
    /// call is closed, which frees slots and memory. A paused watch is not ended. 100 to 3,600,000 ms; default 30 s.
    pub stream_stall_ms: u64,
    /// Documents parsed concurrently. 0 to 256; default 0: one for each core. Parsing a document of 8 MiB takes up to 135 MB
    /// of memory, whatever its content: 29 documents of 8 MB, each of one repeated construct (comments, tags, references,
    /// links, text in both scripts and GBK), took 34 to 131 MB each.
    pub parsers: usize,
}

/// The change feed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feed {
    /// How many changes after a deletion the feed still has that deletion, as a name. A watcher that resumes from before
    /// expired deletions gets RESUME_TOKEN_EXPIRED and must list again. 1 to 1,000,000,000,000; default 10,000,000.
    pub keep_deletions: u64,
    /// How long a watch sends no event before it sends a checkpoint. 10 to 600,000 ms; default 15 s.
    pub checkpoint_interval_ms: u64,
}

/// Reloading of certificates and tokens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CredentialFiles {
    /// How often the files of `tls_cert`, `tls_key`, `client_ca` and `tokens` are checked for changes. A change takes effect
    /// when two checks in a row find the same content. 10 to 3,600,000 ms; default 5 s.
    pub poll_interval_ms: u64,
}

/// A standby of a PostgreSQL database, which answers reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplicaDatabase {
    /// The URL of a standby of `database`, `postgres://…`, which answers reads. Empty: none. Default empty.
    pub database: String,
    /// How much older the standby's answers may be than the primary's. With 0 a read sees every write that was acknowledged before
    /// it, for which the primary is asked for its position in the log. 0 to 3,600,000 ms; default 0.
    pub max_staleness_ms: u64,
}

/// A pooler such as PgBouncer, to which `database` leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pooler {
    /// The URL that leads past the pooler to the PostgreSQL database itself, `postgres://…`, for migrations, notifications and the
    /// lock of the merger. Empty: `database` leads there. Default empty.
    pub direct_database: String,
}

/// Graceful shutdown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shutdown {
    /// How long health reports NOT_SERVING before connections are drained, so that load balancers stop sending calls. 0 to
    /// 600,000 ms; default 0.
    pub wait_ms: u64,
    /// How long draining may take, after `wait_ms`. 100 to 600,000 ms; default 18 s: a shutdown is documented to take at
    /// most 20 s, and orchestrators kill the process after 30 s.
    pub drain_ms: u64,
}

/// Where traces and, by setting, the log go: to an OpenTelemetry collector, over OTLP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector's gRPC endpoint, such as `http://127.0.0.1:4317`. Empty, the default: nothing is sent.
    pub otlp_endpoint: String,
    /// Sends the log there too. Default false.
    pub otlp_logs: bool,
    /// Of the calls whose caller does not say whether they are traced, one in this many is. 1 to 1,000,000; default 1: all.
    pub trace_one_in: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051),
            metrics_listen: Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464)),
            database: "sqlite:articled.db".to_owned(),
            read_only: false,
            insecure: false,
            tls_cert: None,
            tls_key: None,
            client_ca: None,
            client_certificates: ClientCertificates::default(),
            tokens: None,
            reflection: Exposure::Role(Role::Reader),
            metrics_access: Exposure::Role(Role::Reader),
            web: Web::default(),
            credentials: CredentialFiles::default(),
            replica: ReplicaDatabase::default(),
            pooler: Pooler::default(),
            limits: Limits::default(),
            feed: Feed::default(),
            shutdown: Shutdown::default(),
            telemetry: Telemetry::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 512,
            max_connections_per_peer: 64,
            max_streams_per_connection: 100,
            max_local_error_resets: 1024,
            max_header_list_bytes: 16 << 10,
            max_calls: 1024,
            max_request_bytes: 12 * MIB,
            max_buffered_request_bytes: 256 * MIB,
            max_unread_response_bytes: 96 * MIB,
            max_response_bytes: 12 * MIB,
            max_page_bytes: 3 * MIB,
            preface_deadline_ms: 10_000,
            keepalive_interval_ms: 30_000,
            keepalive_timeout_ms: 10_000,
            default_deadline_ms: 5_000,
            max_deadline_ms: 30_000,
            max_imports: 16,
            max_exports: 32,
            max_import_bytes: 64 * MIB,
            import_idle_ms: 30_000,
            stream_stall_ms: 30_000,
            parsers: 0,
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self { keep_deletions: 10_000_000, checkpoint_interval_ms: 15_000 }
    }
}

impl Default for CredentialFiles {
    fn default() -> Self {
        Self { poll_interval_ms: 5_000 }
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { wait_ms: 0, drain_ms: 18_000 }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { otlp_endpoint: String::new(), otlp_logs: false, trace_one_in: 1 }
    }
}

/// An invalid setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadConfig {
    #[error("{setting} must be between {min} and {max}, but is {value}")]
    Range { setting: &'static str, value: u64, min: u64, max: u64 },
    // Without the value, which may contain a password.
    #[error("telemetry.otlp_endpoint must have the form http://HOST:PORT, without a user")]
    OtlpEndpoint,
    #[error(
        "{setting} is {address}, which other machines can reach, without encryption or tokens: set tls_cert and tls_key, or \
         tokens; or listen on 127.0.0.1; or set insecure to allow it"
    )]
    Exposed { setting: &'static str, address: SocketAddr },
    #[error("{present} needs {missing}")]
    Incomplete { present: &'static str, missing: &'static str },
}

/// All invalid settings, so that one start shows all mistakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSettings(pub Vec<BadConfig>);

impl fmt::Display for BadSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.0.iter().map(BadConfig::to_string).collect();
        formatter.write_str(&faults.join("; "))
    }
}

impl std::error::Error for BadSettings {}

impl Config {
    /// Validates the ranges, and that the server is not exposed to other machines by mistake.
    pub fn check(&self) -> Result<(), BadSettings> {
        let mut faults = Faults::default();
        self.check_access(&mut faults);
        self.limits.check(&mut faults);
        faults.range("replica.max_staleness_ms", self.replica.max_staleness_ms, 0, 3_600_000);
        faults.range("feed.keep_deletions", self.feed.keep_deletions, 1, 1_000_000_000_000);
        faults.range("feed.checkpoint_interval_ms", self.feed.checkpoint_interval_ms, 10, 600_000);
        self.telemetry.check(&mut faults);
        faults.range("shutdown.wait_ms", self.shutdown.wait_ms, 0, 600_000);
        faults.range("credentials.poll_interval_ms", self.credentials.poll_interval_ms, 10, 3_600_000);
        faults.range("shutdown.drain_ms", self.shutdown.drain_ms, 100, 600_000);
        faults.into_result()
    }

    /// Whether an HTTP listener on this address serves gRPC-Web.
    pub(crate) fn serves_web(&self, address: SocketAddr) -> bool {
        let is_open_to_all = self.client_ca.is_some() && self.tokens.is_none();
        match self.web {
            Web::Off => false,
            Web::Loopback => address.ip().to_canonical().is_loopback() && !is_open_to_all,
            Web::On => true,
        }
    }

    fn check_access(&self, faults: &mut Faults) {
        let mut needs = |present: (&'static str, bool), missing: (&'static str, bool)| {
            if present.1 && !missing.1 {
                faults.0.push(BadConfig::Incomplete { present: present.0, missing: missing.0 });
            }
        };
        let certificate = ("tls_cert", self.tls_cert.is_some());
        let key = ("tls_key", self.tls_key.is_some());
        let client_ca = ("client_ca", self.client_ca.is_some());
        let is_optional = self.client_certificates == ClientCertificates::Optional;
        let optional = ("client_certificates = optional", is_optional);
        needs(certificate, key);
        needs(key, certificate);
        needs(client_ca, certificate);
        needs(optional, client_ca);
        // Without either, a connection would do all without having shown anything.
        needs(optional, ("tokens", self.tokens.is_some()));
        // The HTTP listener requires no certificate, so without tokens gRPC-Web would be open to all.
        let is_web_on = self.web == Web::On && self.client_ca.is_some();
        needs(("web = on with client_ca", is_web_on), ("tokens", self.tokens.is_some()));
        let is_closed = self.insecure || self.tls_cert.is_some() || self.tokens.is_some();
        let listeners = [("listen", Some(self.listen)), ("metrics_listen", self.metrics_listen)];
        for (setting, address) in listeners {
            if let Some(address) = address.filter(|address| !is_closed && !address.ip().to_canonical().is_loopback()) {
                faults.0.push(BadConfig::Exposed { setting, address });
            }
        }
    }
}

impl Limits {
    fn check(&self, faults: &mut Faults) {
        let mib = MIB as u64;
        faults.range("limits.max_connections", self.max_connections as u64, 1, 65_536);
        faults.range("limits.max_connections_per_peer", self.max_connections_per_peer as u64, 1, 65_536);
        faults.range("limits.max_streams_per_connection", self.max_streams_per_connection.into(), 1, 10_000);
        faults.range("limits.max_local_error_resets", self.max_local_error_resets as u64, 1, 100_000);
        faults.range("limits.max_header_list_bytes", self.max_header_list_bytes.into(), 1 << 10, mib);
        faults.range("limits.max_calls", self.max_calls as u64, 1, 100_000);
        let max_request_bytes = self.max_request_bytes as u64;
        faults.range("limits.max_request_bytes", max_request_bytes, 8 * mib, 64 * mib);
        // A semaphore counts these bytes, and acquires at most a u32 of permits.
        let max_buffered_request_bytes = self.max_buffered_request_bytes as u64;
        faults.range(
            "limits.max_buffered_request_bytes",
            max_buffered_request_bytes,
            max_request_bytes,
            u32::MAX.into(),
        );
        let max_unread_response_bytes = self.max_unread_response_bytes as u64;
        let max_response_bytes = self.max_response_bytes as u64;
        faults.range(
            "limits.max_unread_response_bytes",
            max_unread_response_bytes,
            max_response_bytes,
            u32::MAX.into(),
        );
        faults.range("limits.max_response_bytes", self.max_response_bytes as u64, 4 * mib, 64 * mib);
        faults.range("limits.max_page_bytes", self.max_page_bytes as u64, 64 << 10, 7 * mib / 2);
        faults.range("limits.preface_deadline_ms", self.preface_deadline_ms, 100, 60_000);
        faults.range("limits.keepalive_interval_ms", self.keepalive_interval_ms, 1_000, 3_600_000);
        faults.range("limits.keepalive_timeout_ms", self.keepalive_timeout_ms, 100, 600_000);
        faults.range("limits.max_deadline_ms", self.max_deadline_ms, 10, 600_000);
        faults.range("limits.default_deadline_ms", self.default_deadline_ms, 10, self.max_deadline_ms);
        faults.range("limits.max_imports", self.max_imports as u64, 1, 10_000);
        faults.range("limits.max_exports", self.max_exports as u64, 1, 10_000);
        faults.range("limits.max_import_bytes", self.max_import_bytes as u64, mib, u32::MAX.into());
        faults.range("limits.import_idle_ms", self.import_idle_ms, 100, 3_600_000);
        faults.range("limits.stream_stall_ms", self.stream_stall_ms, 100, 3_600_000);
        faults.range("limits.parsers", self.parsers as u64, 0, 256);
    }
}

impl Telemetry {
    fn check(&self, faults: &mut Faults) {
        // Without TLS: a collector is next to what it collects from, and passes it on encrypted.
        let is_http =
            self.otlp_endpoint.strip_prefix("http://").is_some_and(|rest| rest.len() > 1 && !rest.contains('@'));
        if !self.otlp_endpoint.is_empty() && !is_http {
            faults.0.push(BadConfig::OtlpEndpoint);
        }
        faults.range("telemetry.trace_one_in", self.trace_one_in.into(), 1, 1_000_000);
    }
}

/// Collects invalid settings.
#[derive(Default)]
struct Faults(Vec<BadConfig>);

impl Faults {
    fn range(&mut self, setting: &'static str, value: u64, min: u64, max: u64) {
        if !(min..=max).contains(&value) {
            self.0.push(BadConfig::Range { setting, value, min, max });
        }
    }

    fn into_result(self) -> Result<(), BadSettings> {
        if self.0.is_empty() { Ok(()) } else { Err(BadSettings(self.0)) }
    }
}

/// Empty text is no address.
fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(serde::de::Error::custom) }
}

/// Empty text is no path, so that a variable can unset one.
fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| text.into()))
}

fn address_or_empty<S: Serializer>(address: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.map(|address| address.to_string()).unwrap_or_default())
}

fn path_or_empty<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.as_ref().map(|path| path.to_string_lossy()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(toml::from_str::<Config>("").expect("every field has a default"), Config::default());
    }

    #[test]
    fn reads_toml() {
        let config: Config = toml::from_str("metrics_listen = ''\n[limits]\nmax_calls = 5").expect("valid");
        assert_eq!(config.metrics_listen, None);
        assert_eq!(config.limits, Limits { max_calls: 5, ..Limits::default() });
        assert!(toml::from_str::<Config>("lisen = '127.0.0.1:1'").is_err(), "an unknown key must be an error");
    }

    #[test]
    fn printed_settings_are_read_back() {
        let limits = Limits { max_calls: 7, ..Limits::default() };
        let config = Config { metrics_listen: None, tokens: Some("tokens".into()), limits, ..Config::default() };
        let printed = toml::to_string(&config).expect("TOML");
        assert_eq!(toml::from_str::<Config>(&printed).expect(&printed), config);
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let limits = Limits { max_calls: 0, max_imports: 0, ..Limits::default() };
        let otlp_endpoint = "http://user:secret@collector:4317".to_owned();
        let telemetry = Telemetry { otlp_endpoint, ..Telemetry::default() };
        let error = Config { limits, telemetry, ..Config::default() }.check().expect_err("three mistakes").to_string();
        for name in ["limits.max_calls", "limits.max_imports", "telemetry.otlp_endpoint"] {
            assert!(error.contains(name), "{error}");
        }
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn refuses_values_out_of_range() {
        let limits = Limits { max_calls: 0, ..Limits::default() };
        let config = Config { limits, ..Config::default() };
        let error = config.check().expect_err("out of range");
        assert_eq!(error.to_string(), "limits.max_calls must be between 1 and 100000, but is 0");
    }

    #[test]
    fn listens_beyond_loopback_only_with_tls_tokens_or_insecure() {
        let check = |listen: &str, change: fn(&mut Config)| {
            let mut config = Config { listen: listen.parse().expect(listen), ..Config::default() };
            change(&mut config);
            config.check().map_err(|BadSettings(faults)| faults[0].clone())
        };
        for everywhere in ["0.0.0.0:1", "[::]:1"] {
            assert!(matches!(check(everywhere, |_| {}), Err(BadConfig::Exposed { setting: "listen", .. })));
        }
        assert_eq!(check("0.0.0.0:1", |config| config.insecure = true), Ok(()));
        assert_eq!(check("0.0.0.0:1", |config| config.tokens = Some("tokens".into())), Ok(()));
        let with_tls = |config: &mut Config| {
            config.tls_cert = Some("cert".into());
            config.tls_key = Some("key".into());
        };
        assert_eq!(check("0.0.0.0:1", with_tls), Ok(()));
        assert_eq!(check("[::1]:1", |_| {}), Ok(()));
        assert_eq!(check("127.8.8.8:1", |_| {}), Ok(()));
        let metrics = |config: &mut Config| config.metrics_listen = "0.0.0.0:1".parse().ok();
        let refused = check("127.0.0.1:1", metrics);
        assert!(matches!(refused, Err(BadConfig::Exposed { setting: "metrics_listen", .. })));
    }

    #[test]
    fn grpc_web_is_for_loopback_unless_set() {
        let check = |address: &str, change: fn(&mut Config), expected| {
            let mut config = Config::default();
            change(&mut config);
            assert_eq!(config.serves_web(address.parse().expect(address)), expected, "{address}");
        };
        check("127.0.0.1:1", |_| {}, true);
        check("[::1]:1", |_| {}, true);
        check("0.0.0.0:1", |_| {}, false);
        check("192.0.2.1:1", |_| {}, false);
        check("192.0.2.1:1", |config| config.web = Web::On, true);
        check("127.0.0.1:1", |config| config.web = Web::Off, false);
        // That listener requires no certificate.
        check("127.0.0.1:1", |config| config.client_ca = Some("ca".into()), false);
        let with_tokens = |config: &mut Config| {
            config.client_ca = Some("ca".into());
            config.tokens = Some("tokens".into());
        };
        check("127.0.0.1:1", with_tokens, true);
    }

    #[test]
    fn settings_that_belong_together_come_together() {
        let check = |text: &str, expected: Option<(&'static str, &'static str)>| {
            let config: Config = toml::from_str(text).expect(text);
            let expected = expected.map(|(present, missing)| BadConfig::Incomplete { present, missing });
            assert_eq!(config.check().err().map(|BadSettings(faults)| faults[0].clone()), expected, "{text}");
        };
        check("tls_cert = 'a'", Some(("tls_cert", "tls_key")));
        check("tls_key = 'a'", Some(("tls_key", "tls_cert")));
        check("client_ca = 'a'", Some(("client_ca", "tls_cert")));
        let pair = "tls_cert = 'a'\ntls_key = 'b'\n";
        check(&format!("{pair}client_ca = 'c'"), None);
        check("client_certificates = 'optional'", Some(("client_certificates = optional", "client_ca")));
        check(&format!("web = 'on'\n{pair}client_ca = 'c'"), Some(("web = on with client_ca", "tokens")));
        let optional = format!("{pair}client_ca = 'c'\nclient_certificates = 'optional'");
        check(&optional, Some(("client_certificates = optional", "tokens")));
        check(&format!("{optional}\ntokens = 'd'"), None);
        check("tls_cert = ''", None);
    }
}
