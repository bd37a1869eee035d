//! ReparseArticle: today's parser on a stored document.

use super::proto::{ReparseArticleRequest, ReparseArticleResponse};
use super::violations::{Fault, Violations, bad_field};
use super::{ArticleRpc, RpcError, convert};
use crate::article::View;
use crate::ingest::IngestError;
use crate::store::{DecodedReads as _, StoreError, Written};

/// How often it is tried anew, when others change the article between its read and its write.
const MAX_TRIES: u32 = 8;

pub async fn reparse_article(
    rpc: &ArticleRpc,
    request: ReparseArticleRequest,
) -> Result<ReparseArticleResponse, RpcError> {
    let ReparseArticleRequest { name } = request;
    let mut violations = Violations::default();
    let name = convert::article_name("name", &name, &mut violations);
    let name = violations.require(name)?;
    for _ in 0..MAX_TRIES {
        let Some(stored) = rpc.store.get(&name, View::Raw).await? else { return Err(RpcError::NotFound(name)) };
        let expected = stored.etag();
        let Some(raw) = stored.raw else { return Err(RpcError::NoRawDocument(name)) };
        let written = rpc.ingest.reparse(name.clone(), raw, expected).await.map_err(|error| match error {
            IngestError::ArticleTooLarge { .. } => bad_field("name", Fault::TooLarge, error.to_string()),
            IngestError::Store(error) => error.into(),
        })?;
        match written {
            Written::Stored { article, outcome } => {
                return Ok(ReparseArticleResponse {
                    article: Some(convert::article(*article, View::Full)),
                    outcome: convert::outcome(outcome).into(),
                });
            }
            Written::EtagMismatch => {}
            Written::Missing => return Err(RpcError::NotFound(name)),
            other => return Err(StoreError::Failed(format!("a reparse was answered with {other:?}")).into()),
        }
    }
    Err(RpcError::Contended(name))
}
