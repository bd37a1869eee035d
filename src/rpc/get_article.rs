//! GetArticle: one article.

use super::proto::{self, GetArticleRequest};
use super::violations::Violations;
use super::{ArticleRpc, RpcError, convert};
use crate::article::View;

pub async fn get_article(rpc: &ArticleRpc, request: GetArticleRequest) -> Result<proto::Article, RpcError> {
    let GetArticleRequest { name, view } = request;
    let mut violations = Violations::default();
    let name = convert::article_name("name", &name, &mut violations);
    let view = convert::view(view, View::Full, &mut violations);
    let name = violations.require(name)?;
    match rpc.store.get(&name, view).await? {
        Some(article) => Ok(convert::article(article, view)),
        None => Err(RpcError::NotFound(name)),
    }
}
