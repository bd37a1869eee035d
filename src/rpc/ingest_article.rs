//! IngestArticle: parses a document and stores its article.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::{IngestArticleRequest, IngestArticleResponse};
use super::status::RpcError;
use super::violations::Violations;
use crate::article::{Outcome, View};
use crate::store::{StoreError, Written};

pub(crate) async fn ingest_article(
    rpc: &ArticleRpc,
    request: IngestArticleRequest,
) -> Result<IngestArticleResponse, RpcError> {
    let IngestArticleRequest { document, article_id, validate_only, allow_older } = request;
    let mut violations = Violations::default();
    let document = convert::document(document, &mut violations);
    let name = convert::article_id(&article_id, &mut violations);
    violations.refuse()?;
    match rpc.ingest.ingest(document, name, allow_older, validate_only).await? {
        Written::Stored { article, outcome } => Ok(IngestArticleResponse {
            article: Some(convert::article(*article, View::Full)),
            outcome: convert::outcome(outcome).into(),
            warnings: Vec::new(),
        }),
        Written::NewerKept(article) => Ok(IngestArticleResponse {
            article: Some(convert::article(*article, View::Full)),
            outcome: convert::outcome(Outcome::Unchanged).into(),
            warnings: vec![convert::older_capture()],
        }),
        other => Err(StoreError::Failed(format!("an ingest was answered with {other:?}")).into()),
    }
}
