//! `/metrics` and `/healthz`: as much HTTP as Prometheus and a load balancer need, and no more. One request a
//! connection, GET and HEAD, bounded in size and time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::health::Reporter;
use super::metrics::Metrics;

/// The head of a request; what scrapers send has a few hundred bytes.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// For one request, from the connection to the last byte of the answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// Past it the oldest connection is closed for the new one: a scraper sends its request at once, so only silent peers get
/// old.
const MAX_CONNECTIONS: usize = 64;

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, metrics: Arc<Metrics>, health: Reporter) {
    let mut connections: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.retain(|connection| !connection.is_finished());
                while connections.len() >= MAX_CONNECTIONS
                    && let Some(oldest) = connections.pop_front()
                {
                    oldest.abort();
                }
                let (metrics, health) = (Arc::clone(&metrics), health.clone());
                let task = tokio::spawn(async move {
                    // A peer that is slow, or disconnects, gets no answer; there is nothing to do about it.
                    _ = tokio::time::timeout(DEADLINE, answer(stream, &metrics, &health)).await;
                });
                connections.push_back(task.abort_handle());
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept a connection for metrics");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, metrics: &Metrics, health: &Reporter) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await?;
        if count == 0 || head.len() + count > MAX_HEAD_BYTES {
            return Ok(());
        }
        head.extend_from_slice(&chunk[..count]);
    }
    stream.write_all(&response(&head, metrics, health)).await?;
    stream.shutdown().await
}

fn response(head: &[u8], metrics: &Metrics, health: &Reporter) -> Vec<u8> {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(|&byte| byte == b'?').next().unwrap_or_default();
    let serving = health.is_serving();
    let (status, body) = match (method, path) {
        (b"GET" | b"HEAD", b"/metrics") => ("200 OK", metrics.text(serving)),
        (b"GET" | b"HEAD", b"/healthz") if serving => ("200 OK", "ok\n".to_owned()),
        (b"GET" | b"HEAD", b"/healthz") => ("503 Service Unavailable", "not serving\n".to_owned()),
        (b"GET" | b"HEAD", _) => ("404 Not Found", "try /metrics or /healthz\n".to_owned()),
        _ => ("405 Method Not Allowed", "only GET\n".to_owned()),
    };
    let length = body.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n"
    );
    if method != b"HEAD" {
        response.push_str(&body);
    }
    response.into_bytes()
}
