//! DeleteArticle: deletes an article permanently.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::DeleteArticleRequest;
use super::status::RpcError;
use super::violations::Violations;
use crate::store::{StoreError, Write, Written};

pub(crate) async fn delete_article(rpc: &ArticleRpc, request: DeleteArticleRequest) -> Result<(), RpcError> {
    let DeleteArticleRequest { name, etag, allow_missing } = request;
    let mut violations = Violations::default();
    let name = convert::article_name("name", &name, &mut violations);
    let name = violations.require(name)?;
    let write = Write::Delete { name: name.clone(), expected: convert::etag(&etag) };
    match rpc.store.write(write, false, rpc.clock.now()).await? {
        Written::Deleted => Ok(()),
        Written::Missing if allow_missing => Ok(()),
        Written::Missing => Err(RpcError::NotFound(name)),
        Written::EtagMismatch => Err(RpcError::EtagMismatch(name)),
        other => Err(StoreError::Failed(format!("a delete was answered with {other:?}")).into()),
    }
}
