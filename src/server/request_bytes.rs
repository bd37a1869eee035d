//! Receives unary requests, and limits the memory of requests that are being received or processed.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::rpc::fair_share::Share;
use crate::rpc::status::overload_status;

/// The gRPC message prefix: a compression flag and the length.
pub(crate) const PREFIX_BYTES: usize = 5;

/// Receives a whole request. `share` grows with it.
pub(crate) async fn receive(
    request: Request<Body>,
    share: &mut Share,
    max_bytes: usize,
) -> Result<Request<Body>, Status> {
    let (head, mut body) = request.into_parts();
    let mut received: Vec<Bytes> = Vec::new();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        // The peer reset the stream or closed the connection.
        let frame = frame.map_err(|_| {
            overload_status(Code::Cancelled, "REQUEST_BROKEN_OFF", "the request ended before it was complete", None)
        })?;
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len();
        if bytes > max_bytes + PREFIX_BYTES {
            let message = "the request is too large";
            return Err(overload_status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", message, None));
        }
        if !share.try_grow(data.len()) {
            let wait = Some(Duration::from_millis(500));
            let message = "too many bytes of requests are in progress";
            return Err(overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", message, wait));
        }
        received.push(data);
    }
    let frames = received.into_iter().map(|data| Ok::<_, Status>(Frame::data(data)));
    Ok(Request::from_parts(head, Body::new(StreamBody::new(futures::stream::iter(frames)))))
}
