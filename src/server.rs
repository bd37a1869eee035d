//! The server around the RPCs: startup, overload protection and shutdown.
//!
//! [`connections`] accepts and limits connections, [`guard`] is the layer around every call, [`health`] reports whether the
//! server is serving, [`scrape`] collects metrics.

mod auth;
mod call;
mod call_metrics;
mod connection_activity;
mod connections;
mod console;
mod deadline;
mod descriptors;
mod guard;
mod health;
mod json;
mod metrics_http;
mod polled_ready;
mod reflection;
mod reload;
mod request_bytes;
mod request_id;
mod response_body;
mod scrape;
mod scrape_access;
mod security;
mod tls;
mod tonic_status_mapping;
mod trace_context;
mod web;
mod wiring;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::pb::health_server::HealthServer;

use self::call_metrics::CallMetrics;
use self::connections::ConnectionLimiter;
use self::guard::GuardLayer;
use self::health::Reporter;
use self::metrics_http::Pages;
use self::reload::Reloader;
use self::scrape::{Scrape, Sources};
use self::scrape_access::ScrapeAccess;
use self::security::{Security, warn_of_gaps};
use self::web::Web;
use crate::clock::Clock;
use crate::config::{BadSettings, Config, Exposure, Limits};
use crate::metrics::Registry;
use crate::rpc::ArticleRpc;
use crate::rpc::proto::article_service_server::ArticleServiceServer;
use crate::store::SharedStore;

pub use self::auth::{NewToken, TokenHash};
pub use self::call::LINE_SPAN_TARGET;
pub use self::reload::SourceError;
pub use self::security::check_files;
pub use self::wiring::{article_rpc, store_access};

/// How long closing the remaining connections and the store may take after the drain timed out. Together with the drain it
/// stays within the documented 20 s.
const CLOSE_DEADLINE: Duration = Duration::from_secs(1);

/// The same if all connections ended within the drain time. Checkpointing a long WAL takes seconds on a slow disk.
const QUIET_CLOSE_DEADLINE: Duration = Duration::from_secs(10);

/// At 50,000 calls a second the samples in between take 2 MB.
const FOLD_INTERVAL: Duration = Duration::from_secs(5);

/// Limits rapid resets of streams that were not accepted yet (CVE-2023-44487). This is h2's default, which tonic disables
/// unless it is set.
const MAX_PENDING_ACCEPT_RESETS: usize = 20;

/// Headers up to this multiple of the limit are read and refused with a clear status. Larger ones are refused by HTTP/2,
/// which clients report as UNKNOWN.
const HEADER_LIST_LEEWAY: u32 = 4;

/// The HTTP/2 flow-control window of a stream. Only an import whose client sends faster than the store writes fills it.
const STREAM_WINDOW_BYTES: u32 = 256 << 10;

/// The HTTP/2 flow-control window of a connection. h2 closes a connection with ENHANCE_YOUR_CALM when the overhead of
/// unread frames below 256 bytes exceeds half of this window (`h2::server::Builder::data_frame_budget`). The window is large
/// enough that an import of minimal items, 10 bytes each, fills its stream window first.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

/// Why the server failed to start or stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error("configuration: {0}")]
    Config(#[from] BadSettings),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("cannot listen on {address} for metrics: {error}")]
    Metrics { address: SocketAddr, error: io::Error },
    #[error("descriptors: {0}")]
    Descriptors(#[from] prost_reflect::DescriptorError),
    #[error("network: {0}")]
    Transport(#[from] tonic::transport::Error),
    #[error("network: {0}")]
    Io(#[from] io::Error),
}

/// The listeners of a server.
pub struct Listeners {
    /// For gRPC, health and reflection.
    pub grpc: TcpListener,
    /// For metrics and `/healthz`, over plain HTTP.
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// The given listener for gRPC, and a new one for metrics if the configuration has an address for it.
    pub async fn new(grpc: TcpListener, config: &Config) -> Result<Self, RunError> {
        let Some(address) = config.metrics_listen else { return Ok(Self { grpc, metrics: None }) };
        let metrics = TcpListener::bind(address).await.map_err(|error| RunError::Metrics { address, error })?;
        Ok(Self { grpc, metrics: Some(metrics) })
    }
}

/// Serves an open store until `shutdown` is ready, and closes the store. The addresses in `config` are not used; the
/// listeners are bound already.
pub async fn serve(
    config: Config,
    listeners: Listeners,
    store: SharedStore,
    clock: Clock,
    metrics: Registry,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), RunError> {
    config.check()?;
    let limits = &config.limits;
    let Listeners { grpc: listener, metrics: metrics_listener } = listeners;
    let Security { authority, grpc_encryption, metrics_encryption, is_certificate_valid, sources, stats } =
        Security::load(&config, &clock)?;
    warn_of_gaps(&config, is_certificate_valid);
    let authority = Arc::new(authority);
    let reloader = Reloader::new(sources, Duration::from_millis(config.credentials.poll_interval_ms))?;
    let services = descriptors::services(config.reflection != Exposure::Off);
    let methods = guard::methods(&services);
    let paths = methods.keys().map(|path| path.trim_start_matches('/').to_owned());
    let guard = GuardLayer::new(limits, CallMetrics::new(&metrics, paths), methods, Arc::clone(&authority));
    let health = Reporter::new();
    let rpc = article_rpc(&store, clock, &config, &metrics)?;
    let (watches, streams, ingest) = (Arc::clone(&rpc.watches), rpc.streams.clone(), rpc.ingest.clone());
    let routes = routes(&config, rpc, health.service(services.into_iter().map(|(name, _)| name).collect()))?;
    let limiter = Arc::new(ConnectionLimiter::new(limits, grpc_encryption));
    let scrape = Scrape::new(
        metrics.clone(),
        Sources {
            health: health.clone(),
            store: Arc::clone(&store),
            watches: Arc::clone(&watches),
            streams: streams.clone(),
            connections: Arc::clone(&limiter),
            budgets: guard.budgets(),
            security: stats,
        },
    );
    // Reports the actual addresses, for people and for tests that listen on port 0.
    let metrics_address = metrics_listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let metrics_listen = metrics_address.map(tracing::field::display);
    tracing::info!(listen = %listener.local_addr()?, metrics_listen, "serving");

    let ends = async {
        tokio::select! {
            () = shutdown => {}
            () = health.follow(Arc::clone(&store), ingest) => {}
        }
        tracing::info!("stopping");
        health.set_not_serving();
        tokio::time::sleep(Duration::from_millis(config.shutdown.wait_ms)).await;
        health.end();
        // Watches, imports and exports would not end by themselves; their clients resume later or on another server.
        watches.stop();
        streams.stop();
        limiter.drain();
    };
    let web = metrics_address.filter(|&address| config.serves_web(address));
    let web = web.map(|address| Web::new(address, &guard, routes.clone())).transpose()?;
    let served = transport(limits)
        .layer(guard)
        .add_routes(routes)
        .serve_with_incoming_shutdown(Arc::clone(&limiter).incoming(listener), ends);
    let drain_passes = async {
        limiter.drained().await;
        tokio::time::sleep(Duration::from_millis(config.shutdown.drain_ms)).await;
    };
    let access = ScrapeAccess { encryption: metrics_encryption, authority, exposure: config.metrics_access };
    let metrics_served = async {
        match metrics_listener {
            Some(listener) => {
                metrics_http::serve(listener, Pages { scrape, health: health.clone(), web }, access).await
            }
            None => std::future::pending().await,
        }
    };
    let mut close_deadline = QUIET_CLOSE_DEADLINE;
    let outcome = tokio::select! {
        outcome = served => outcome,
        () = drain_passes => {
            close_deadline = CLOSE_DEADLINE;
            tracing::warn!("drain timed out; closing the remaining connections");
            Ok(())
        }
        () = metrics_served => Ok(()),
        () = limiter.sweep() => Ok(()),
        () = fold_samples(&metrics) => Ok(()),
        () = reloader.follow() => Ok(()),
    };
    let closed = async {
        limiter.close().await;
        store.close().await;
    };
    if tokio::time::timeout(close_deadline, closed).await.is_err() {
        tracing::error!("the store did not close in time; acknowledged writes are durable");
    }
    tracing::info!("stopped");
    Ok(outcome?)
}

/// Drains the histograms' recorded values at intervals, so that they stay small without scrapes. Never returns.
async fn fold_samples(metrics: &Registry) {
    let mut interval = tokio::time::interval(FOLD_INTERVAL);
    loop {
        interval.tick().await;
        metrics.fold_samples();
    }
}

fn transport(limits: &Limits) -> Server {
    Server::builder()
        .max_concurrent_streams(limits.max_streams_per_connection)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_local_error_reset_streams(Some(limits.max_local_error_resets))
        .http2_max_pending_accept_reset_streams(Some(MAX_PENDING_ACCEPT_RESETS))
        .http2_max_header_list_size(limits.max_header_list_bytes.saturating_mul(HEADER_LIST_LEEWAY))
        .http2_keepalive_interval(Some(Duration::from_millis(limits.keepalive_interval_ms)))
        .http2_keepalive_timeout(Some(Duration::from_millis(limits.keepalive_timeout_ms)))
}

fn routes(config: &Config, rpc: ArticleRpc, health: health::HealthService) -> Result<Routes, RunError> {
    let limits = &config.limits;
    let articles = ArticleServiceServer::new(rpc)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .send_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Zstd)
        .max_decoding_message_size(limits.max_request_bytes)
        .max_encoding_message_size(limits.max_response_bytes);
    let health = HealthServer::new(health)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd);
    let mut routes = Routes::new(articles).add_service(health);
    if config.reflection != Exposure::Off {
        routes = reflection::add_services(routes)?;
    }
    Ok(routes)
}
