//! From a request in JSON to one of gRPC.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::{BufMut, Bytes, BytesMut};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;

use super::{JsonMethods, given_once};
use crate::rpc::status::{internal, overload_status};
use crate::server::polled_ready::take_polled_ready;
use crate::server::request_bytes::PREFIX_BYTES;

/// gRPC's own headers, which have no meaning in a call in JSON.
const GRPC_HEADERS: [&str; 3] = ["grpc-timeout", "grpc-encoding", "grpc-accept-encoding"];

const TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");

/// The most digits of grpc-timeout. Connect's timeout may have ten; a call may take less than both in any case.
const MAX_TIMEOUT_DIGITS: usize = 8;

/// The most commas in a message, and so, nearly, the most values. Requests have a few hundred values; millions of small ones would take
/// 30 times the memory of the request.
const MAX_COMMAS: usize = 100_000;

/// The Connect specification leaves out the padding; others add it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Marks a request whose message is JSON.
#[derive(Clone)]
enum Json {
    Body,
    Query(String),
}

/// Makes a request that the guard takes for gRPC. Its message is still JSON.
pub(super) fn mark(mut request: Request<Body>) -> Request<Body> {
    let uri = request.uri();
    let json = if request.method() == Method::GET {
        Json::Query(uri.query().unwrap_or_default().to_owned())
    } else {
        Json::Body
    };
    // A path of a URI is one by itself.
    let path = PathAndQuery::try_from(uri.path()).unwrap_or(PathAndQuery::from_static("/"));
    *request.uri_mut() = path.into();
    *request.method_mut() = Method::POST;
    request.extensions_mut().insert(json);
    let headers = request.headers_mut();
    for name in GRPC_HEADERS {
        headers.remove(name);
    }
    if let Some(timeout) = headers.remove(TIMEOUT) {
        headers.insert("grpc-timeout", grpc_timeout(&timeout));
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    request
}

/// What is no number is refused as a malformed grpc-timeout.
fn grpc_timeout(milliseconds: &HeaderValue) -> HeaderValue {
    let digits = milliseconds.to_str().unwrap_or_default();
    let is_long = digits.len() > MAX_TIMEOUT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let digits = if is_long { "99999999" } else { digits };
    HeaderValue::from_str(&format!("{digits}m")).unwrap_or(HeaderValue::from_static(""))
}

/// Within the guard: reads the message of marked requests, and passes on others.
#[derive(Clone)]
pub(crate) struct JsonRequests<S> {
    methods: Arc<JsonMethods>,
    inner: S,
}

impl<S> JsonRequests<S> {
    pub(crate) fn new(methods: Arc<JsonMethods>, inner: S) -> Self {
        Self { methods, inner }
    }
}

impl<S> Service<Request<Body>> for JsonRequests<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let Some(json) = request.extensions_mut().remove::<Json>() else { return Box::pin(self.inner.call(request)) };
        let mut inner = take_polled_ready(&mut self.inner);
        let methods = Arc::clone(&self.methods);
        Box::pin(async move {
            match to_grpc(&methods, request, json).await {
                Ok(request) => inner.call(request).await,
                Err(status) => Ok(status.into_http()),
            }
        })
    }
}

async fn to_grpc(methods: &JsonMethods, request: Request<Body>, json: Json) -> Result<Request<Body>, Status> {
    let (head, body) = request.into_parts();
    let Some(method) = methods.by_path.get(head.uri.path()) else {
        let message = "JSON calls only methods that are unary and change nothing; call others by gRPC or gRPC-Web";
        return Err(overload_status(Code::Unimplemented, "METHOD_NOT_IN_JSON", message, None));
    };
    let json = match json {
        Json::Query(query) => of_query(&query)?,
        Json::Body => {
            check_encoding(head.headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes))?;
            // The guard has received it.
            body.collect().await?.to_bytes()
        }
    };
    let input = method.input();
    let frame = methods.convert(move || frame(input, &json)).await?;
    Ok(Request::from_parts(head, Body::new(Full::new(frame))))
}

fn check_encoding(encoding: Option<&[u8]>) -> Result<(), Status> {
    match encoding {
        None | Some(b"" | b"identity") => Ok(()),
        Some(_) => {
            let message = "requests in JSON are not decompressed";
            Err(overload_status(Code::Unimplemented, "COMPRESSION_UNSUPPORTED", message, None))
        }
    }
}

/// The message in the query of a GET. Without one it is empty, so that people can leave it out.
fn of_query(query: &str) -> Result<Bytes, Status> {
    let (mut message, mut is_base64) = (Bytes::from_static(b"{}"), false);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "message" => message = value.into_owned().into(),
            "base64" => is_base64 = value == "1",
            "compression" => check_encoding(Some(value.as_bytes()))?,
            "encoding" if value != "json" => return Err(malformed("the parameter encoding must be json")),
            "connect" if value != "v1" => return Err(malformed("the parameter connect must be v1")),
            "connect" | "encoding" => {}
            _ => return Err(malformed("a GET has the parameters message, encoding, base64, compression and connect")),
        }
    }
    if is_base64 {
        message = BASE64.decode(&message).map_err(|_| malformed("the parameter message is not base64"))?.into();
    }
    Ok(message)
}

/// The message in JSON as a frame of gRPC.
fn frame(input: MessageDescriptor, json: &[u8]) -> Result<Bytes, Status> {
    if json.iter().filter(|&&byte| byte == b',').count() > MAX_COMMAS {
        let message = "the request has too many values";
        return Err(overload_status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", message, None));
    }
    let name = input.full_name().to_owned();
    let not_json = |error: serde_json::Error| malformed(&format!("the request is not the JSON of {name}: {error}"));
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let message = DynamicMessage::deserialize(input.clone(), &mut deserializer).map_err(not_json)?;
    deserializer.end().map_err(not_json)?;
    given_once::check(&input, json).map_err(not_json)?;
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(PREFIX_BYTES + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).map_err(|_| internal())?);
    message.encode(&mut frame).map_err(|_| internal())?;
    Ok(frame.freeze())
}

fn malformed(message: &str) -> Status {
    overload_status(Code::InvalidArgument, "JSON_MALFORMED", message, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_timeout_is_the_longest_of_grpc() {
        let check = |milliseconds: &'static str, expected: &str| {
            assert_eq!(grpc_timeout(&HeaderValue::from_static(milliseconds)), expected);
        };
        check("250", "250m");
        check("9999999999", "99999999m");
        check("soon", "soonm");
        check("a value without digits", "a value without digitsm");
    }
}
