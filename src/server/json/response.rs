//! From a response of gRPC to one in JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::{Value, json};
use tonic::body::Body;
use tonic::{Code, Status};

use super::{CONTENT_TYPE, JsonMethods};
use crate::rpc::status::internal;
use crate::server::call_metrics::code_name;
use crate::server::request_bytes::PREFIX_BYTES;

/// gRPC's own headers, which the JSON says in its own way.
const GRPC_HEADERS: [&str; 5] =
    ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "grpc-accept-encoding"];

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, CONTENT_TYPE),
    (header::CACHE_CONTROL, "no-store"),
    // A page of another site that includes an answer as a script does not run it.
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub(super) async fn to_json(methods: &JsonMethods, path: &str, response: Response<Body>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    let received = match Status::from_header_map(&head.headers) {
        Some(status) => Err(status),
        None => receive(body).await,
    };
    let answer = match (received, methods.by_path.get(path)) {
        (Ok(chunks), Some(method)) => {
            methods
                .convert({
                    let output = method.output();
                    move || in_pieces(output, chunks)
                })
                .await
        }
        (Ok(_), None) => Err(internal()),
        (Err(status), _) => Err(status),
    };
    let pieces = answer.unwrap_or_else(|status| {
        head.status = http_status(status.code());
        vec![error(&methods.types, &status).into()]
    });
    for name in GRPC_HEADERS {
        head.headers.remove(name);
    }
    for (name, value) in HEADERS {
        head.headers.insert(name, HeaderValue::from_static(value));
    }
    let length: usize = pieces.iter().map(Bytes::len).sum();
    head.headers.insert(header::CONTENT_LENGTH, length.into());
    let frames = pieces.into_iter().map(|piece| Ok::<_, Status>(Frame::data(piece)));
    Response::from_parts(head, Body::new(StreamBody::new(futures::stream::iter(frames))))
}

/// The data of a response that ends with OK.
async fn receive(mut body: Body) -> Result<Vec<Bytes>, Status> {
    let mut chunks = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(chunk) => chunks.push(chunk),
            Err(frame) => {
                let trailers = frame.into_trailers().map_err(|_| internal())?;
                return match Status::from_header_map(&trailers) {
                    Some(status) if status.code() == Code::Ok => Ok(chunks),
                    status => Err(status.unwrap_or_else(internal)),
                };
            }
        }
    }
    Err(internal())
}

/// The JSON of the message in these chunks, in as many pieces. A chunk counts as unread until its piece is written.
fn in_pieces(output: MessageDescriptor, chunks: Vec<Bytes>) -> Result<Vec<Bytes>, Status> {
    let frame = chunks.concat();
    let message = frame.get(PREFIX_BYTES..).ok_or_else(internal)?;
    let message = DynamicMessage::decode(output, message).map_err(|_| internal())?;
    let mut json = Bytes::from(serde_json::to_vec(&message).map_err(|_| internal())?);
    let length = json.len().div_ceil(chunks.len());
    let pieces = chunks.into_iter().map(|unread| {
        let text = json.split_to(length.min(json.len()));
        Bytes::from_owner(Piece { text, _unread: unread })
    });
    Ok(pieces.collect())
}

struct Piece {
    text: Bytes,
    _unread: Bytes,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

/// Connect's JSON of an error: details as bytes, and again to be read.
fn error(types: &DescriptorPool, status: &Status) -> Vec<u8> {
    let code = match status.code() {
        // Connect spells it so.
        Code::Cancelled => "canceled".to_owned(),
        code => code_name(code).to_ascii_lowercase(),
    };
    let details = tonic_types::Status::decode(status.details()).map(|status| status.details).unwrap_or_default();
    let details: Vec<Value> = details
        .iter()
        .map(|detail| {
            let name = detail.type_url.rsplit('/').next().unwrap_or_default();
            let message = types.get_message_by_name(name);
            let message = message.and_then(|found| DynamicMessage::decode(found, detail.value.as_slice()).ok());
            json!({ "type": name, "value": STANDARD_NO_PAD.encode(&detail.value), "debug": message })
        })
        .collect();
    json!({ "code": code, "message": status.message(), "details": details }).to_string().into_bytes()
}

/// By the table of Connect's protocol.
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        // nginx's "client closed request", which has no name.
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
    }
}
