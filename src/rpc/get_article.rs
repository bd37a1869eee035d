//! GetArticle: one article.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::encoded_response::EncodedArticleMessage;
use super::proto::GetArticleRequest;
use super::status::RpcError;
use super::violations::Violations;
use crate::article::View;

pub(crate) async fn get_article(
    rpc: &ArticleRpc,
    request: GetArticleRequest,
) -> Result<EncodedArticleMessage, RpcError> {
    let GetArticleRequest { name, view } = request;
    let mut violations = Violations::default();
    let name = convert::article_name("name", &name, &mut violations);
    let view = convert::view(view, View::Full, &mut violations);
    let name = violations.require(name)?;
    match rpc.store.get_encoded(&name, view).await? {
        Some(article) => Ok(EncodedArticleMessage(article)),
        None => Err(RpcError::NotFound(name)),
    }
}
