//! A client that sends bytes as they are, to methods that may not exist.

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};

/// Calls the method at a path with these bytes as the message.
pub(crate) async fn call_raw(channel: Channel, path: &'static str, message: &[u8]) -> Result<Bytes, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("connected");
    let request = Request::new(Bytes::copy_from_slice(message));
    let path = PathAndQuery::from_static(path);
    client.unary(request, path, BytesCodec).await.map(tonic::Response::into_inner)
}

/// Calls the method at a path, whatever streams it has, with one message and a token; returns the first message or the
/// refusal.
pub(crate) async fn first_answer(
    channel: Channel,
    path: &str,
    message: &[u8],
    token: Option<&str>,
) -> Result<Option<Bytes>, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("connected");
    let mut request = Request::new(futures::stream::iter([Bytes::copy_from_slice(message)]));
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("a header");
        request.metadata_mut().insert("authorization", value);
    }
    let path = path.parse().expect("a path");
    client.streaming(request, path, BytesCodec).await?.into_inner().message().await
}

struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        BytesCodec
    }

    fn decoder(&mut self) -> Self {
        BytesCodec
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
