//! JSON over HTTP: Connect's unary calls (connectrpc.com/docs/protocol) of the methods without side effects, for curl and browsers.
//!
//! A call passes the same guard as gRPC. Outside of the guard, [`JsonCalls`] marks a request, and writes the response as JSON;
//! inside, [`JsonRequests`] reads the JSON, once the caller is authorized and the request received. prost-reflect knows the
//! JSON of each message.

mod given_once;
mod request;
mod response;

use std::collections::HashMap;
use std::sync::Arc;

use http::{HeaderMap, Method, Request, Response, header};
use prost_reflect::prost_types::method_options::IdempotencyLevel;
use prost_reflect::{DescriptorError, DescriptorPool, MethodDescriptor};
use tokio::sync::Semaphore;
use tonic::Status;
use tonic::body::Body;
use tonic::service::Routes;
use tower::ServiceExt;

pub(crate) use self::request::JsonRequests;
use super::descriptors::{self, DESCRIPTORS};
use super::guard::Guard;
use crate::rpc::status::internal;
use crate::run_blocking::run_blocking;

const CONTENT_TYPE: &str = "application/json";

/// How many messages are converted at a time. A message takes up to 30 times the memory of its bytes meanwhile, if it consists of
/// small parts, such as the report of an article.
const MAX_CONVERSIONS: usize = 2;

/// The methods that can be called in JSON, by path, and the types of error details.
pub(crate) struct JsonMethods {
    by_path: HashMap<String, MethodDescriptor>,
    types: DescriptorPool,
    conversions: Semaphore,
}

impl JsonMethods {
    pub(crate) fn new() -> Result<Self, DescriptorError> {
        let types = descriptors::pool(&DESCRIPTORS)?;
        let methods = types.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let by_path = methods
            .filter(is_read)
            .map(|method| (format!("/{}/{}", method.parent_service().full_name(), method.name()), method));
        Ok(Self { by_path: by_path.collect(), types, conversions: Semaphore::new(MAX_CONVERSIONS) })
    }

    /// Runs a conversion on a blocking thread, in its turn.
    async fn convert<T: Send + 'static>(
        &self,
        conversion: impl FnOnce() -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let _turn = self.conversions.acquire().await.map_err(|_| internal())?;
        run_blocking(conversion).await.unwrap_or_else(|| Err(internal()))
    }
}

/// Whether a method is unary and changes nothing.
fn is_read(method: &MethodDescriptor) -> bool {
    let options = method.method_descriptor_proto().options.as_ref();
    !method.is_client_streaming()
        && !method.is_server_streaming()
        && options.is_some_and(|options| options.idempotency_level() == IdempotencyLevel::NoSideEffects)
}

/// Answers calls in JSON.
pub(crate) struct JsonCalls {
    methods: Arc<JsonMethods>,
    service: Guard<JsonRequests<Routes>>,
}

impl JsonCalls {
    pub(crate) fn new(methods: Arc<JsonMethods>, service: Guard<JsonRequests<Routes>>) -> Self {
        Self { methods, service }
    }

    /// Whether a request is a call in JSON: a GET, or a POST of JSON.
    pub(crate) fn takes(method: &Method, headers: &HeaderMap) -> bool {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        method == Method::GET || (method == Method::POST && media_type.eq_ignore_ascii_case(CONTENT_TYPE))
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
        let path = request.uri().path().to_owned();
        let response = self.service.clone().oneshot(request::mark(request)).await?;
        Ok(response::to_json(&self.methods, &path, response).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_are_called_in_json() {
        let methods = JsonMethods::new().expect("descriptors");
        let mut names: Vec<&str> = methods.by_path.values().map(MethodDescriptor::name).collect();
        names.sort_unstable();
        assert_eq!(names, ["BatchGetArticles", "FilterArticles", "GetArticle", "ListArticles", "ParseArticle"]);
    }

    #[test]
    fn json_is_told_from_other_protocols() {
        let check = |method: Method, content_type: &str, expected: bool| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type.parse().expect("a value"))]);
            assert_eq!(JsonCalls::takes(&method, &headers), expected, "{method} {content_type}");
        };
        check(Method::POST, "application/json", true);
        check(Method::POST, "Application/JSON; charset=utf-8", true);
        check(Method::GET, "", true);
        for content_type in
            ["", "text/plain", "application/json5", "application/grpc-web+json", "application/connect+json"]
        {
            check(Method::POST, content_type, false);
        }
        check(Method::PUT, "application/json", false);
    }
}
