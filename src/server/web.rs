//! gRPC-Web and calls in JSON on the HTTP listener: the same services behind the same guard, over HTTP/1.1, for programs in a
//! browser, and for curl.
//!
//! There are no CORS headers, so only pages of the listener's own origin can call it: the content types make a browser ask
//! first, and the answer to a GET, which changes nothing, is not shown to another page. Without tokens, a page of another site could still reach a loopback listener under a host name of its own
//! (DNS rebinding), so there the header `host` must name this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prost_reflect::DescriptorError;
use tokio::io::AsyncReadExt;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, ServiceExt};

use super::connection_activity::{Activity, ConnectionInfo};
use super::guard::{Guard, GuardLayer};
use super::json::{JsonCalls, JsonMethods, JsonRequests};
use super::tls::Transport;
use crate::rpc::fair_share::Peer;

/// How often a connection is checked for a response that its peer does not read.
const STALL_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Serves gRPC-Web and calls in JSON.
pub(crate) struct Web {
    grpc_web: GrpcWebService<Guard<JsonRequests<Routes>>>,
    json: JsonCalls,
    is_loopback: bool,
    /// All callers share one peer: on loopback they are one person, elsewhere a proxy's callers.
    peer: Arc<Peer>,
}

impl Web {
    /// For a listener on this address.
    pub(crate) fn new(address: SocketAddr, guard: &GuardLayer, routes: Routes) -> Result<Self, DescriptorError> {
        let methods = Arc::new(JsonMethods::new()?);
        let service = guard.layer(JsonRequests::new(Arc::clone(&methods), routes.prepare()));
        Ok(Self {
            grpc_web: GrpcWebLayer::new().layer(service.clone()),
            json: JsonCalls::new(methods, service),
            is_loopback: address.ip().to_canonical().is_loopback(),
            peer: Arc::default(),
        })
    }

    /// Whether a path is a gRPC method, such as `/articled.v1.ArticleService/GetArticle`, and not a page.
    pub(crate) fn takes(path: &[u8]) -> bool {
        let mut parts = path.split(|&byte| byte == b'/').skip(1);
        matches!((parts.next(), parts.next(), parts.next()), (Some(service), Some(_), None) if service.contains(&b'.'))
    }

    /// Answers the request of a connection of which `begin` has been read, and closes the connection.
    pub(crate) async fn serve(&self, stream: Transport, begin: Vec<u8>, address: IpAddr) {
        let activity = Activity::new(tokio_util::sync::CancellationToken::new());
        let connection = ConnectionInfo {
            peer: Arc::clone(&self.peer),
            address: Some(address),
            activity: Arc::clone(&activity),
            identity: stream.identity().clone(),
        };
        let (reader, writer) = tokio::io::split(stream);
        let stream = tokio::io::join(std::io::Cursor::new(begin).chain(reader), writer);
        let served = http1::Builder::new()
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service_fn(|request| self.answer(request, connection.clone())));
        let stalled = async {
            let mut interval = tokio::time::interval(STALL_CHECK_INTERVAL);
            while !activity.is_stalled() {
                interval.tick().await;
            }
        };
        tokio::select! {
            served = served => {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection for calls ended early");
                }
            }
            () = stalled => tracing::debug!(peer = %address, "closed a connection with a response left unread"),
        }
    }

    async fn answer(
        &self,
        mut request: Request<Incoming>,
        connection: ConnectionInfo,
    ) -> Result<Response<Body>, std::convert::Infallible> {
        if !is_own_origin(request.headers(), self.is_loopback) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::FORBIDDEN;
            return Ok(response);
        }
        request.extensions_mut().insert(connection);
        match JsonCalls::takes(request.method(), request.headers()) {
            true => self.json.answer(request.map(Body::new)).await,
            false => self.grpc_web.clone().oneshot(request).await,
        }
    }
}

/// Whether a request comes from a page of this listener, or from a program that is no browser.
fn is_own_origin(headers: &HeaderMap, is_loopback: bool) -> bool {
    let text = |name| headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap_or_default());
    let host = text(HOST).unwrap_or_default();
    let is_same = text(ORIGIN).is_none_or(|origin| origin.split_once("://").is_some_and(|(_, origin)| origin == host));
    is_same && (!is_loopback || names_this_machine(host))
}

fn names_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<http::uri::Authority>() else { return false };
    let name = authority.host().trim_matches(['[', ']']);
    name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_listener_may_call() {
        let check = |host: &str, origin: Option<&str>, is_loopback: bool, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().expect("a header"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("a header"));
            }
            assert_eq!(is_own_origin(&headers, is_loopback), expected, "{host} {origin:?} {is_loopback}");
        };
        for host in ["127.0.0.1:9464", "localhost:9464", "[::1]:9464", "localhost"] {
            check(host, None, true, true);
            check(host, Some(&format!("http://{host}")), true, true);
            check(host, Some("http://evil.example"), true, false);
            check(host, Some("null"), true, false);
        }
        // A name that its owner lets point to loopback.
        check("rebound.example:9464", Some("http://rebound.example:9464"), true, false);
        check("news.example", Some("https://news.example"), false, true);
        check("news.example", Some("https://other.example"), false, false);
    }

    #[test]
    fn methods_are_told_from_pages() {
        assert!(Web::takes(b"/articled.v1.ArticleService/GetArticle") && Web::takes(b"/grpc.health.v1.Health/Check"));
        for page in [b"/metrics".as_slice(), b"/", b"", b"/a/b", b"/a.b/c/d", b"/console/app.js"] {
            assert!(!Web::takes(page));
        }
    }
}
