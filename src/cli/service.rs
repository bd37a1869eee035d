//! Runs a command against a server, or directly on a store: the same RPCs in either case.

use std::sync::Arc;
use std::time::Duration;

use articled::config::Config;
use articled::metrics::Registry;
use articled::rpc::ArticleRpc;
use articled::rpc::proto::article_service_server::ArticleService;
use articled::rpc::proto::{
    ExportArticlesRequest, ExportArticlesResponse, ImportArticlesRequest, ImportArticlesResponse, ListArticlesRequest,
    ListArticlesResponse, ParseArticleRequest, ParseArticleResponse, ReparseArticleRequest, ReparseArticleResponse,
};
use articled::store::{Access, DATABASE_FORM, SharedStore};
use clap::Args;
use futures::stream::{BoxStream, Stream, StreamExt};
use tonic::{Request, Response, Status};
use tonic_types::StatusExt;

use super::client::{Client, ServerArguments};
use super::store;

/// The maximum number of attempts for a call that fails with RetryInfo, and of import streams in a row without a response.
pub(super) const MAX_ATTEMPTS: u32 = 8;

#[derive(Args, Clone, Debug)]
pub(super) struct ServiceArguments {
    /// Opens this store directly, instead of using a server.
    #[arg(long, value_name = DATABASE_FORM)]
    database: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

impl ServiceArguments {
    /// Connects to the server, or opens the store.
    pub(super) async fn open(&self, access: Access) -> anyhow::Result<Service> {
        match &self.database {
            None => Ok(Service::Server(Box::new(self.server.connect().await?))),
            Some(database) => {
                Service::of_store(store::open(database, access, Registry::off()).await?, &Config::default())
            }
        }
    }
}

/// The responses of an import.
pub(super) type Imported = BoxStream<'static, Result<ImportArticlesResponse, Status>>;

/// The responses of an export.
pub(super) type Exported = BoxStream<'static, Result<ExportArticlesResponse, Status>>;

#[derive(Clone)]
pub(super) enum Service {
    Server(Box<Client>),
    Store(Arc<ArticleRpc>),
}

impl Service {
    pub(super) fn of_store(opened: SharedStore, config: &Config) -> anyhow::Result<Self> {
        Ok(Self::Store(Arc::new(store::rpc(&opened, config)?)))
    }

    /// Closes the store, if one was opened.
    pub(super) async fn close(self) {
        match self {
            Self::Server(_) => {}
            Self::Store(rpc) => rpc.store.close().await,
        }
    }

    pub(super) async fn import(
        &self,
        requests: impl Stream<Item = ImportArticlesRequest> + Send + 'static,
    ) -> Result<Imported, Status> {
        match self {
            Self::Server(client) => Ok(client.clone().import_articles(requests).await?.into_inner().boxed()),
            Self::Store(rpc) => Ok(articled::rpc::import_articles(rpc, &Arc::default(), requests.map(Ok))?),
        }
    }

    pub(super) async fn export(&self, request: ExportArticlesRequest) -> Result<Exported, Status> {
        match self {
            Self::Server(client) => Ok(client.clone().export_articles(request).await?.into_inner().boxed()),
            Self::Store(rpc) => Ok(articled::rpc::export_articles(rpc, &Arc::default(), request)?),
        }
    }

    pub(super) async fn parse(&self, request: ParseArticleRequest) -> Result<ParseArticleResponse, Status> {
        patiently(|| async {
            match self {
                Self::Server(client) => client.clone().parse_article(request.clone()).await,
                Self::Store(rpc) => rpc.parse_article(Request::new(request.clone())).await,
            }
        })
        .await
    }

    pub(super) async fn list(&self, request: ListArticlesRequest) -> Result<ListArticlesResponse, Status> {
        patiently(|| async {
            match self {
                Self::Server(client) => client.clone().list_articles(request.clone()).await,
                Self::Store(rpc) => {
                    let answer = rpc.list_articles(Request::new(request.clone())).await?.into_inner();
                    Ok(Response::new(answer.to_message()))
                }
            }
        })
        .await
    }

    pub(super) async fn reparse(&self, request: ReparseArticleRequest) -> Result<ReparseArticleResponse, Status> {
        patiently(|| async {
            match self {
                Self::Server(client) => client.clone().reparse_article(request.clone()).await,
                Self::Store(rpc) => rpc.reparse_article(Request::new(request.clone())).await,
            }
        })
        .await
    }
}

/// Makes a call, and retries it while it fails with RetryInfo.
async fn patiently<T, F: Future<Output = Result<Response<T>, Status>>>(call: impl Fn() -> F) -> Result<T, Status> {
    for _ in 1..MAX_ATTEMPTS {
        match call().await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) => match later(&status) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(status),
            },
        }
    }
    call().await.map(Response::into_inner)
}

/// The delay before a retry; `None` if the status has no RetryInfo.
pub(super) fn later(status: &Status) -> Option<Duration> {
    status.get_details_retry_info().and_then(|info| info.retry_delay)
}
