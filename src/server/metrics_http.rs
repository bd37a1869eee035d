//! The HTTP listener: `/metrics`, `/healthz`, `/readyz` and `/version`, for Prometheus and orchestrators. Supports one GET or
//! HEAD request per connection, limited in size and time. A call by gRPC-Web is handed over to [`Web`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::console::{self, Asset};
use super::health::Reporter;
use super::scrape::Scrape;
use super::scrape_access::ScrapeAccess;
use super::tls::Transport;
use super::web::Web;
use crate::parse::PARSER_VERSION;
use crate::{build_info, store};

/// The maximum size of a request's head. Scrapers send a few hundred bytes.
const MAX_HEAD_BYTES: usize = 8 << 10;

/// The deadline of one request, from accepting the connection to the last byte of the response.
const DEADLINE: Duration = Duration::from_secs(5);

/// The maximum number of connections. Beyond it, the oldest connection of the peer with the most is closed: scrapers send
/// their request immediately, so only connections of silent peers become old.
const MAX_CONNECTIONS: usize = 64;

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the future is dropped.
pub(crate) async fn serve(listener: TcpListener, pages: Pages, access: ScrapeAccess) {
    let shared = Arc::new((pages, access));
    // In the order of their begin.
    let mut connections: Vec<(IpAddr, AbortHandle)> = Vec::new();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                connections.retain(|(_, connection)| !connection.is_finished());
                if connections.len() >= MAX_CONNECTIONS
                    && let Some(index) = oldest_of_greediest(&connections)
                {
                    connections.remove(index).1.abort();
                }
                let shared = Arc::clone(&shared);
                let task = tokio::spawn(async move {
                    let (pages, access) = shared.as_ref();
                    let stream = Transport::new(stream, access.encryption.as_ref());
                    // A slow or disconnected peer gets no response.
                    let answered = tokio::time::timeout(DEADLINE, answer(stream, pages, access)).await;
                    // Calls have deadlines of their own.
                    if let (Ok(Ok(Some((stream, begin)))), Some(web)) = (answered, &pages.web) {
                        web.serve(stream, begin, peer.ip().to_canonical()).await;
                    }
                });
                connections.push((peer.ip().to_canonical(), task.abort_handle()));
            }
            Err(error) => {
                tracing::debug!(%error, "cannot accept a metrics connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The index of the oldest connection of the peer with the most.
fn oldest_of_greediest(connections: &[(IpAddr, AbortHandle)]) -> Option<usize> {
    let mut counts: HashMap<IpAddr, usize> = HashMap::new();
    for (peer, _) in connections {
        *counts.entry(*peer).or_default() += 1;
    }
    let most = counts.values().max()?;
    connections.iter().position(|(peer, _)| counts.get(peer) == Some(most))
}

/// Answers a request for a page. Returns the stream, and what has been read of it, if the request is a call by gRPC-Web.
async fn answer(
    mut stream: Transport,
    pages: &Pages,
    access: &ScrapeAccess,
) -> std::io::Result<Option<(Transport, Vec<u8>)>> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let count = stream.read(&mut chunk).await?;
        if count == 0 || head.len() + count > MAX_HEAD_BYTES {
            return Ok(None);
        }
        head.extend_from_slice(&chunk[..count]);
    }
    let (method, path) = request_line(&head);
    if pages.web.is_some() && Web::takes(path) {
        return Ok(Some((stream, head)));
    }
    if let Some(asset) = pages.web.as_ref().and_then(|_| console::asset(path)) {
        stream.write_all(&response(method, asset.into())).await?;
        stream.shutdown().await?;
        return Ok(None);
    }
    match access.refusal(path, &head, stream.identity()) {
        Some(refusal) => stream.write_all(refusal.as_bytes()).await?,
        None => stream.write_all(&response(method, pages.page(path).await)).await?,
    }
    stream.shutdown().await?;
    Ok(None)
}

/// The method and the path.
fn request_line(head: &[u8]) -> (&[u8], &[u8]) {
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (method, target.split(|&byte| byte == b'?').next().unwrap_or_default())
}

fn response(method: &[u8], page: Page) -> Vec<u8> {
    let page = match method {
        b"GET" | b"HEAD" => page,
        _ => Page { status: "405 Method Not Allowed", ..Page::text("only GET\n") },
    };
    let Page { status, content_type, headers, body } = page;
    let length = body.len();
    let mut response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n"
    );
    if method != b"HEAD" {
        response.push_str(&body);
    }
    response.into_bytes()
}

/// What is served.
pub(crate) struct Pages {
    pub scrape: Scrape,
    pub health: Reporter,
    /// `None` if gRPC-Web is off.
    pub web: Option<Web>,
}

struct Page {
    status: &'static str,
    content_type: &'static str,
    /// Further headers, each with its line end.
    headers: &'static str,
    body: String,
}

impl From<Asset> for Page {
    fn from(Asset { content_type, body }: Asset) -> Self {
        Self { content_type, headers: console::HEADERS, ..Self::text(body) }
    }
}

impl Page {
    fn text(body: impl Into<String>) -> Self {
        Self { status: "200 OK", content_type: "text/plain; charset=utf-8", headers: "", body: body.into() }
    }
}

impl Pages {
    async fn page(&self, path: &[u8]) -> Page {
        match path {
            b"/metrics" => Page {
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                ..Page::text(self.scrape.text().await)
            },
            // The response itself shows that the process is alive. A restart does not repair a store, so the store is not
            // checked.
            b"/healthz" => Page::text("alive\n"),
            b"/readyz" if self.health.is_serving() => Page::text("ready\n"),
            b"/readyz" => Page { status: "503 Service Unavailable", ..Page::text("not ready\n") },
            b"/version" => Page { content_type: "application/json", ..Page::text(version()) },
            _ => {
                let console = if self.web.is_some() { "/console, " } else { "" };
                let known = format!("try {console}/metrics, /healthz, /readyz or /version\n");
                Page { status: "404 Not Found", ..Page::text(known) }
            }
        }
    }
}

/// The versions of the program and its parts, as JSON.
fn version() -> String {
    let versions = serde_json::json!({
        "version": build_info::VERSION,
        "commit": build_info::COMMIT,
        "parser_version": PARSER_VERSION,
        "store": store::engine_versions().replace('\n', ", "),
    });
    format!("{versions}\n")
}
