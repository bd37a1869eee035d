//! ReparseArticle: runs the current parser on a stored document.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::{ReparseArticleRequest, ReparseArticleResponse};
use super::retry_contended::retry_contended;
use super::status::RpcError;
use super::violations::{ViolationReason, Violations, bad_field};
use crate::article::View;
use crate::ingest::IngestError;
use crate::store::{DecodedReads as _, StoreError, Written};

pub(crate) async fn reparse_article(
    rpc: &ArticleRpc,
    request: ReparseArticleRequest,
) -> Result<ReparseArticleResponse, RpcError> {
    let ReparseArticleRequest { name } = request;
    let mut violations = Violations::default();
    let name = convert::article_name("name", &name, &mut violations);
    let name = violations.require(name)?;
    retry_contended(&name, || async {
        let stored = rpc.store.get(&name, View::Raw).await?;
        let stored = stored.ok_or_else(|| RpcError::NotFound(name.clone()))?;
        let expected = stored.etag();
        let raw = stored.raw.ok_or_else(|| RpcError::NoRawDocument(name.clone()))?;
        let written = rpc.ingest.reparse(name.clone(), raw, expected).await.map_err(|error| match error {
            IngestError::ArticleTooLarge { .. } => {
                bad_field("name", ViolationReason::TooLarge, error.to_string()).into()
            }
            IngestError::Refused(_) => bad_field("name", ViolationReason::Malformed, error.to_string()).into(),
            IngestError::Store(error) => RpcError::from(error),
        })?;
        match written {
            Written::Stored { article, outcome } => Ok(Some(ReparseArticleResponse {
                article: Some(convert::article(*article, View::Full)),
                outcome: convert::outcome(outcome).into(),
            })),
            Written::EtagMismatch => Ok(None),
            Written::Missing => Err(RpcError::NotFound(name.clone())),
            other => Err(StoreError::Failed(format!("a reparse was answered with {other:?}")).into()),
        }
    })
    .await
}
