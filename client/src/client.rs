//! The client: unary calls with retries, and the start of the streams, which have files of their own.

use std::time::{Duration, Instant};

use articled_proto as proto;
use articled_proto::article_service_client::ArticleServiceClient;
use futures::stream::{Stream, TryStreamExt};
use tonic::codegen::{Service, StdError};
use tonic::{Request, Response, Status};

use crate::builder::Builder;
use crate::error::{CallError, Error};
use crate::import::Import;
use crate::pages::Pages;
use crate::retry::RetryPolicy;
use crate::transport::Transport;
use crate::watch::Watch;

/// The largest response: a RAW article of 12 MiB, with room for the message around it. tonic's default of 4 MiB is less.
const MAX_RESPONSE_BYTES: usize = 13 << 20;

/// A client of one server. Cloning is cheap; clones share the connection.
///
/// Unary calls take the contract's request messages and return its responses, without the wrappers of tonic. They are retried
/// as the contract allows: UNAVAILABLE up to 5 attempts over about 15 s, which covers a restart of the server, and errors
/// with RetryInfo after the delay that they name. A write that is retried may have been carried out already; docs/errors.md
/// says what the retry then returns.
#[derive(Clone, Debug)]
pub struct Client {
    stub: ArticleServiceClient<Transport>,
    transport: Transport,
    calls: Calls,
}

/// What all calls of a client have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
}

/// Defines the unary methods, which differ in their names and types alone.
macro_rules! unary {
    ($($(#[$doc:meta])* $method:ident = $name:literal: $request:ident -> $response:ty,)*) => {
        impl Client {
            $($(#[$doc])*
            pub async fn $method(&self, request: proto::$request) -> Result<$response, Error> {
                let call = async |mut stub: ArticleServiceClient<Transport>, request| stub.$method(request).await;
                self.retry($name, self.calls.deadline, request, call).await
            })*
        }
    };
}

unary! {
    /// Parses a document, and stores nothing.
    parse_article = "ParseArticle": ParseArticleRequest -> proto::ParseArticleResponse,
    /// Parses and stores one document. To store many, use [`Client::import`].
    ingest_article = "IngestArticle": IngestArticleRequest -> proto::IngestArticleResponse,
    /// Stores an article that the caller has parsed. With a `request_id` a retry cannot fail because of its first attempt.
    create_article = "CreateArticle": CreateArticleRequest -> proto::Article,
    /// Returns one article.
    get_article = "GetArticle": GetArticleRequest -> proto::Article,
    /// Returns up to 100 articles, in the order of their names.
    batch_get_articles = "BatchGetArticles": BatchGetArticlesRequest -> proto::BatchGetArticlesResponse,
    /// Returns one page of a list. [`Client::list`] follows the pages.
    list_articles = "ListArticles": ListArticlesRequest -> proto::ListArticlesResponse,
    /// Returns one page of the articles that contain keywords. [`Client::filter`] follows the pages.
    filter_articles = "FilterArticles": FilterArticlesRequest -> proto::FilterArticlesResponse,
    /// Updates fields of an article.
    update_article = "UpdateArticle": UpdateArticleRequest -> proto::Article,
    /// Deletes an article permanently.
    delete_article = "DeleteArticle": DeleteArticleRequest -> (),
    /// Runs the server's parser again on the stored document of an article.
    reparse_article = "ReparseArticle": ReparseArticleRequest -> proto::ReparseArticleResponse,
}

impl Client {
    /// Connects to a server, such as `http://127.0.0.1:50051`, without credentials.
    pub async fn connect(url: impl Into<String>) -> Result<Self, Error> {
        Self::builder(url).connect().await
    }

    /// Settings for a connection: token, TLS, deadline. The URL has the form `http://host:port` or `https://host:port`;
    /// without a scheme it is http.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    /// A client of a service in the same process, or of a channel with layers of the caller's own.
    pub fn of_service<S>(service: S) -> Self
    where
        S: Service<http::Request<tonic::body::Body>, Response = http::Response<tonic::body::Body>>,
        S: Clone + Send + Sync + 'static,
        S::Error: Into<StdError>,
        S::Future: Send + 'static,
    {
        Self::new(Transport::new(service), Calls::default())
    }

    pub(crate) fn new(transport: Transport, calls: Calls) -> Self {
        let stub = ArticleServiceClient::new(transport.clone()).max_decoding_message_size(MAX_RESPONSE_BYTES);
        Self { stub, transport, calls }
    }

    /// The connection, for generated clients of other services of the server, such as `grpc.health.v1`. It adds the
    /// token to their calls too.
    pub fn transport(&self) -> Transport {
        self.transport.clone()
    }

    /// Lists articles page by page.
    pub fn list(&self, request: proto::ListArticlesRequest) -> Pages<proto::ListArticlesRequest> {
        Pages::new(self.clone(), request)
    }

    /// Finds articles by keywords, page by page.
    pub fn filter(&self, request: proto::FilterArticlesRequest) -> Pages<proto::FilterArticlesRequest> {
        Pages::new(self.clone(), request)
    }

    /// Streams every matching article, oldest first. An export that breaks off cannot be resumed: it is complete only if the
    /// stream ends without an error.
    pub async fn export(
        &self,
        request: proto::ExportArticlesRequest,
    ) -> Result<impl Stream<Item = Result<proto::Article, Error>> + Send + use<>, Error> {
        let call = async |mut stub: ArticleServiceClient<Transport>, request| stub.export_articles(request).await;
        let responses = self.retry("ExportArticles", None, request, call).await?;
        Ok(responses.map_ok(|response| response.article.unwrap_or_default()).map_err(Error::from))
    }

    /// Stores a stream of documents and articles, each with a key of the caller's choice that its result has again.
    pub fn import<K, S>(&self, items: S) -> Import<K, S>
    where
        S: Stream<Item = (K, proto::ImportArticlesRequest)>,
    {
        Import::new(self.clone(), items)
    }

    /// Watches changes, and resumes after a lost connection.
    pub fn watch(&self, request: proto::WatchArticlesRequest) -> Watch {
        Watch::new(self.clone(), request)
    }

    /// Opens a stream of changes.
    pub(crate) async fn open_watch(
        &self,
        request: proto::WatchArticlesRequest,
    ) -> Result<tonic::Streaming<proto::WatchArticlesResponse>, Status> {
        Ok(self.stub.clone().watch_articles(request).await?.into_inner())
    }

    /// Opens a stream of items.
    pub(crate) async fn open_import(
        &self,
        requests: impl Stream<Item = proto::ImportArticlesRequest> + Send + 'static,
    ) -> Result<tonic::Streaming<proto::ImportArticlesResponse>, Status> {
        Ok(self.stub.clone().import_articles(requests).await?.into_inner())
    }

    /// The maximum number of attempts that bring nothing.
    pub(crate) fn max_attempts(&self, policy: &RetryPolicy) -> u32 {
        self.calls.max_attempts.unwrap_or(policy.max_attempts)
    }

    /// Makes a call, and makes it again as the method's policy allows, until the deadline.
    async fn retry<M: Clone, T>(
        &self,
        method: &str,
        deadline: Option<Duration>,
        message: M,
        call: impl AsyncFn(ArticleServiceClient<Transport>, Request<M>) -> Result<Response<T>, Status>,
    ) -> Result<T, Error> {
        let policy = RetryPolicy::of(method);
        let ends_at = deadline.map(|deadline| Instant::now() + deadline);
        let mut attempts = 1;
        loop {
            let mut request = Request::new(message.clone());
            if let Some(ends_at) = ends_at {
                request.set_timeout(ends_at.saturating_duration_since(Instant::now()));
            }
            let error = match call(self.stub.clone(), request).await {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) => CallError::from(status),
            };
            let delay = policy.delay(&error, attempts).filter(|_| attempts < self.max_attempts(policy));
            match delay.filter(|delay| ends_at.is_none_or(|ends_at| Instant::now() + *delay < ends_at)) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(Box::new(error).into()),
            }
            attempts += 1;
        }
    }
}
