//! Messages as bytes: a codec that neither encodes nor decodes, and the bare server that responds from memory with it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use articled::rpc::proto::GetArticleRequest;
use bytes::{Buf, BufMut, Bytes};
use futures::future::BoxFuture;
use prost::Message;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tower::Service;

/// Passes bytes through.
#[derive(Clone, Copy, Default)]
pub(crate) struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// The responses of the bare server: from memory for GetArticle, and from this function for ListArticles.
pub(crate) struct Answers {
    pub articles: HashMap<String, Bytes>,
    pub page: Box<dyn Fn() -> Bytes + Send + Sync>,
}

/// A minimal server: it responds immediately, on the thread of the call.
#[derive(Clone)]
pub(crate) struct BareServer(pub Arc<Answers>);

impl NamedService for BareServer {
    const NAME: &'static str = "articled.v1.ArticleService";
}

impl Service<http::Request<Body>> for BareServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let answers = Arc::clone(&self.0);
        let is_get = request.uri().path().ends_with("/GetArticle");
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(BytesCodec);
            Ok(if is_get { grpc.unary(Get(answers), request).await } else { grpc.unary(List(answers), request).await })
        })
    }
}

struct Get(Arc<Answers>);

impl UnaryService<Bytes> for Get {
    type Response = Bytes;
    type Future = std::future::Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let name = GetArticleRequest::decode(request.into_inner()).map(|request| request.name).unwrap_or_default();
        let found = self.0.articles.get(&name).cloned();
        std::future::ready(found.map(Response::new).ok_or_else(|| Status::not_found("none of that name")))
    }
}

struct List(Arc<Answers>);

impl UnaryService<Bytes> for List {
    type Response = Bytes;
    type Future = std::future::Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, _: Request<Bytes>) -> Self::Future {
        std::future::ready(Ok(Response::new((self.0.page)())))
    }
}
