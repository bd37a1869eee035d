//! The wire: what comes in is checked here, once, into the domain's types, and what goes out is converted here.
//!
//! One RPC a file. [`convert`] is the border between the domain's types and the generated ones, [`status`] the one place
//! where an error becomes a status, [`page_token`] what continues a list, [`resume_token`] what begins a
//! watch.

mod batch_get_articles;
mod bulk;
pub mod convert;
mod create_article;
mod delete_article;
mod export_articles;
mod filter_articles;
mod get_article;
mod import_articles;
mod ingest_article;
mod list_articles;
mod paced;
mod page_token;
mod parse_article;
mod reparse_article;
mod resume_token;
pub mod status;
mod token;
mod update_article;
pub mod violations;
mod watch_articles;
pub mod wire;

use std::sync::Arc;

use tonic::{Request, Response, Status};

pub use self::bulk::{Bulk, BulkLimits};
pub use self::export_articles::export_articles;
pub use self::import_articles::import_articles;
pub use self::parse_article::parse_response;
pub use self::status::RpcError;
use crate::clock::Clock;
use crate::ingest::Ingest;
use crate::store::SharedStore;
use crate::watch::WatchHub;

/// The generated code of the contract.
#[allow(clippy::all, missing_docs)]
pub mod proto {
    mod articled {
        pub mod v1 {
            tonic::include_proto!("articled.v1");
            include!(concat!(env!("OUT_DIR"), "/articled.v1.ArticleService.rs"));
        }
    }

    pub mod google {
        pub mod r#type {
            tonic::include_proto!("google.r#type");
        }
    }

    pub use articled::v1::*;

    /// The contract's descriptors, comments included.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/articled_descriptor.bin"));
}

/// What the RPCs work with. Cheap to clone; clones share all.
#[derive(Clone)]
pub struct ArticleRpc {
    pub store: SharedStore,
    pub ingest: Ingest,
    pub clock: Clock,
    pub watches: Arc<WatchHub>,
    pub bulk: Bulk,
    /// The articles of one page or batch, in bytes.
    pub max_page_bytes: usize,
}

/// One method a file; here each is only found.
#[tonic::async_trait]
impl proto::article_service_server::ArticleService for ArticleRpc {
    async fn parse_article(
        &self,
        request: Request<proto::ParseArticleRequest>,
    ) -> Result<Response<proto::ParseArticleResponse>, Status> {
        answer(parse_article::parse_article(self, request.into_inner()).await)
    }

    async fn ingest_article(
        &self,
        request: Request<proto::IngestArticleRequest>,
    ) -> Result<Response<proto::IngestArticleResponse>, Status> {
        answer(ingest_article::ingest_article(self, request.into_inner()).await)
    }

    async fn create_article(
        &self,
        request: Request<proto::CreateArticleRequest>,
    ) -> Result<Response<proto::Article>, Status> {
        answer(create_article::create_article(self, request.into_inner()).await)
    }

    async fn get_article(
        &self,
        request: Request<proto::GetArticleRequest>,
    ) -> Result<Response<wire::WireArticle>, Status> {
        answer(get_article::get_article(self, request.into_inner()).await)
    }

    async fn batch_get_articles(
        &self,
        request: Request<proto::BatchGetArticlesRequest>,
    ) -> Result<Response<wire::BatchGetAnswer>, Status> {
        answer(batch_get_articles::batch_get_articles(self, request.into_inner()).await)
    }

    async fn list_articles(
        &self,
        request: Request<proto::ListArticlesRequest>,
    ) -> Result<Response<wire::ListAnswer>, Status> {
        answer(list_articles::list_articles(self, request.into_inner()).await)
    }

    async fn filter_articles(
        &self,
        request: Request<proto::FilterArticlesRequest>,
    ) -> Result<Response<wire::FilterAnswer>, Status> {
        answer(filter_articles::filter_articles(self, request.into_inner()).await)
    }

    async fn update_article(
        &self,
        request: Request<proto::UpdateArticleRequest>,
    ) -> Result<Response<proto::Article>, Status> {
        answer(update_article::update_article(self, request.into_inner()).await)
    }

    async fn delete_article(&self, request: Request<proto::DeleteArticleRequest>) -> Result<Response<()>, Status> {
        answer(delete_article::delete_article(self, request.into_inner()).await)
    }

    type ImportArticlesStream = import_articles::ImportStream;

    async fn import_articles(
        &self,
        request: Request<tonic::Streaming<proto::ImportArticlesRequest>>,
    ) -> Result<Response<Self::ImportArticlesStream>, Status> {
        answer(import_articles(self, request.into_inner()))
    }

    type ExportArticlesStream = export_articles::ExportStream;

    async fn export_articles(
        &self,
        request: Request<proto::ExportArticlesRequest>,
    ) -> Result<Response<Self::ExportArticlesStream>, Status> {
        answer(export_articles(self, request.into_inner()))
    }

    async fn reparse_article(
        &self,
        request: Request<proto::ReparseArticleRequest>,
    ) -> Result<Response<proto::ReparseArticleResponse>, Status> {
        answer(reparse_article::reparse_article(self, request.into_inner()).await)
    }

    type WatchArticlesStream = watch_articles::WatchStream;

    async fn watch_articles(
        &self,
        request: Request<proto::WatchArticlesRequest>,
    ) -> Result<Response<Self::WatchArticlesStream>, Status> {
        answer(watch_articles::watch_articles(self, request.into_inner()))
    }
}

fn answer<T>(result: Result<T, RpcError>) -> Result<Response<T>, Status> {
    Ok(Response::new(result?))
}
