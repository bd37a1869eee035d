//! The load generator: a number of connections, with a number of calls in flight on each, for a fixed time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use tonic::Request;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};

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

#[derive(Clone)]
pub(crate) struct Clients {
    channels: Vec<Channel>,
}

impl Clients {
    pub(crate) async fn connect(address: SocketAddr, connections: usize) -> Self {
        let mut channels = Vec::new();
        for _ in 0..connections {
            let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
            channels.push(endpoint.tcp_nodelay(true).connect().await.expect("the server listens"));
        }
        Self { channels }
    }

    /// One call.
    pub(crate) async fn call(&self, method: &'static str, request: Bytes) -> Bytes {
        call(&mut Grpc::new(self.channels[0].clone()), &path_of(method), request).await
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
                tasks.push(tokio::spawn(async move {
                    let mut times = Vec::new();
                    for request in requests.iter().cycle() {
                        let start = Instant::now();
                        if start - begun >= time {
                            break;
                        }
                        call(&mut grpc, &path, request.clone()).await;
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

async fn call(grpc: &mut Grpc<Channel>, path: &PathAndQuery, request: Bytes) -> Bytes {
    grpc.ready().await.expect("a connection");
    let answer = grpc.unary(Request::new(request), path.clone(), BytesCodec).await;
    answer.expect("an answer").into_inner()
}

/// The median by a figure.
pub(crate) fn median(rounds: &[Round], figure: impl Fn(&Round) -> f64) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
