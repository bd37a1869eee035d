//! Receives unary requests, and bounds the memory of those that are being received or worked on.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tonic::body::Body;
use tonic::{Code, Status};

use crate::rpc::fair_share::Share;
use crate::rpc::status::overload_status;

/// What gRPC puts before a message: a flag and a length.
pub(crate) const PREFIX_BYTES: usize = 5;

/// Reads a request to its end. `share` grows with it.
pub(crate) async fn receive(
    request: Request<Body>,
    share: &mut Share,
    max_bytes: usize,
) -> Result<Request<Body>, Status> {
    let (head, mut body) = request.into_parts();
    let mut received: Vec<Bytes> = Vec::new();
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        // The peer reset the stream, or is gone.
        let frame = frame
            .map_err(|_| overload_status(Code::Cancelled, "REQUEST_BROKEN_OFF", "the request was broken off", None))?;
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len();
        if bytes > max_bytes + PREFIX_BYTES {
            let message = "the request is too large";
            return Err(overload_status(Code::ResourceExhausted, "REQUEST_TOO_LARGE", message, None));
        }
        if !share.try_grow(data.len()) {
            let wait = Some(Duration::from_millis(500));
            let message = "the server holds as many large requests as it can";
            return Err(overload_status(Code::ResourceExhausted, "SERVER_OVERLOADED", message, wait));
        }
        received.push(data);
    }
    let frames = received.into_iter().map(|data| Ok::<_, Status>(Frame::data(data)));
    Ok(Request::from_parts(head, Body::new(StreamBody::new(futures::stream::iter(frames)))))
}
