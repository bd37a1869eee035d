//! Implements the generated service trait: each method calls the file of its RPC.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::article_rpc::ArticleRpc;
use super::fair_share::Peer;
use super::status::RpcError;
use super::{
    batch_get_articles, create_article, delete_article, encoded_response, export_articles, filter_articles,
    get_article, import_articles, ingest_article, list_articles, parse_article, proto, reparse_article, update_article,
    watch_articles,
};

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
    ) -> Result<Response<encoded_response::EncodedArticleMessage>, Status> {
        answer(get_article::get_article(self, request.into_inner()).await)
    }

    async fn batch_get_articles(
        &self,
        request: Request<proto::BatchGetArticlesRequest>,
    ) -> Result<Response<encoded_response::EncodedBatchGetResponse>, Status> {
        answer(batch_get_articles::batch_get_articles(self, request.into_inner()).await)
    }

    async fn list_articles(
        &self,
        request: Request<proto::ListArticlesRequest>,
    ) -> Result<Response<encoded_response::EncodedListResponse>, Status> {
        answer(list_articles::list_articles(self, request.into_inner()).await)
    }

    async fn filter_articles(
        &self,
        request: Request<proto::FilterArticlesRequest>,
    ) -> Result<Response<encoded_response::EncodedFilterResponse>, Status> {
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
        let peer = peer(&request);
        answer(import_articles::import_articles(self, &peer, request.into_inner()))
    }

    type ExportArticlesStream = export_articles::ExportStream;

    async fn export_articles(
        &self,
        request: Request<proto::ExportArticlesRequest>,
    ) -> Result<Response<Self::ExportArticlesStream>, Status> {
        let peer = peer(&request);
        answer(export_articles::export_articles(self, &peer, request.into_inner()))
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
        let peer = peer(&request);
        answer(watch_articles::watch_articles(self, &peer, request.into_inner()))
    }
}

fn answer<T>(result: Result<T, RpcError>) -> Result<Response<T>, Status> {
    Ok(Response::new(result?))
}

/// The peer that the server's guard layer put into the request extensions. A call within the process gets a new one.
fn peer<T>(request: &Request<T>) -> Arc<Peer> {
    request.extensions().get().cloned().unwrap_or_default()
}
