//! The load generator: a number of connections, with a number of calls in flight on each, for a fixed time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use tonic::Request;
use tonic::client::Grpc;
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::process::Server;
use crate::wire::BytesCodec;

/// The result of a round of calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub per_second: f64,
    pub p50_us: f64,
    pub p99_us: f64,
    /// The server's CPU time per call.
    pub cpu_us: f64,
}

/// What a server demands of its callers.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    /// The authority of its certificate, with TLS.
    pub authority: Option<Certificate>,
    /// The value of `authorization`.
    pub authorization: Option<AsciiMetadataValue>,
}

#[derive(Clone)]
pub(crate) struct Clients {
    channels: Vec<Channel>,
    authorization: Option<AsciiMetadataValue>,
}

impl Clients {
    pub(crate) async fn connect(address: SocketAddr, connections: usize) -> Self {
        Self::connect_with(address, connections, Credentials::default()).await
    }

    pub(crate) async fn connect_with(address: SocketAddr, connections: usize, credentials: Credentials) -> Self {
        let Credentials { authority, authorization } = credentials;
        let scheme = if authority.is_some() { "https" } else { "http" };
        let mut endpoint =
            Endpoint::from_shared(format!("{scheme}://{address}")).expect("an address").tcp_nodelay(true);
        if let Some(authority) = authority {
            let tls = ClientTlsConfig::new().ca_certificate(authority);
            endpoint = endpoint.tls_config(tls).expect("a certificate");
        }
        let mut channels = Vec::new();
        for _ in 0..connections {
            channels.push(endpoint.connect().await.expect("the server listens"));
        }
        Self { channels, authorization }
    }

    /// One call.
    pub(crate) async fn call(&self, method: &'static str, request: Bytes) -> Bytes {
        let grpc = &mut Grpc::new(self.channels[0].clone());
        call(grpc, &path_of(method), request, self.authorization.as_ref()).await
    }

    /// Calls for `time` with this many in flight on each connection. `requests` generates the requests of each task.
    pub(crate) async fn round(
        &self,
        server: &Server,
        method: &'static str,
        in_flight: usize,
        time: Duration,
        requests: impl Fn(usize) -> Arc<Vec<Bytes>>,
    ) -> Round {
        let path = path_of(method);
        let cpu_before = server.cpu();
        let begun = Instant::now();
        let mut tasks = Vec::new();
        for (connection, channel) in self.channels.iter().enumerate() {
            for lane in 0..in_flight {
                let (path, requests) = (path.clone(), requests(connection * in_flight + lane));
                let mut grpc = Grpc::new(channel.clone()).max_decoding_message_size(64 << 20);
                let authorization = self.authorization.clone();
                tasks.push(tokio::spawn(async move {
                    let mut times = Vec::new();
                    for request in requests.iter().cycle() {
                        let start = Instant::now();
                        if start - begun >= time {
                            break;
                        }
                        call(&mut grpc, &path, request.clone(), authorization.as_ref()).await;
                        times.push(start.elapsed());
                    }
                    times
                }));
            }
        }
        let mut times: Vec<Duration> = Vec::new();
        for task in tasks {
            times.extend(task.await.expect("a task that ends"));
        }
        let (took, cpu) = (begun.elapsed(), server.cpu() - cpu_before);
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
        Round {
            per_second: times.len() as f64 / took.as_secs_f64(),
            p50_us: at(0.5),
            p99_us: at(0.99),
            cpu_us: cpu.as_secs_f64() * 1e6 / times.len() as f64,
        }
    }
}

fn path_of(method: &'static str) -> PathAndQuery {
    PathAndQuery::try_from(format!("/articled.v1.ArticleService/{method}")).expect("a path")
}

async fn call(
    grpc: &mut Grpc<Channel>,
    path: &PathAndQuery,
    request: Bytes,
    authorization: Option<&AsciiMetadataValue>,
) -> Bytes {
    grpc.ready().await.expect("a connection");
    let mut request = Request::new(request);
    if let Some(authorization) = authorization {
        request.metadata_mut().insert("authorization", authorization.clone());
    }
    let answer = grpc.unary(request, path.clone(), BytesCodec).await;
    answer.expect("an answer").into_inner()
}

/// The median by a figure.
pub(crate) fn median(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
