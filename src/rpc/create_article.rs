//! CreateArticle: stores an article that the caller has parsed.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::{self, CreateArticleRequest};
use super::status::RpcError;
use super::violations::{ViolationReason, Violations, bad_field};
use crate::article::{ArticleContent, ArticleName, View};
use crate::store::{NewArticle, StoreError, Write, Written};

pub(crate) async fn create_article(
    rpc: &ArticleRpc,
    request: CreateArticleRequest,
) -> Result<proto::Article, RpcError> {
    let CreateArticleRequest { article, article_id, request_id, validate_only } = request;
    let mut violations = Violations::default();
    if article.is_none() {
        violations.add("article", ViolationReason::Required, "must be set");
    }
    let given = article.is_some();
    let content = convert::given_article(article.unwrap_or_default(), &mut violations).content;
    if given {
        require_text(&content, &mut violations);
    }
    let name = convert::article_id(&article_id, &mut violations);
    let request_id = convert::request_id(&request_id, &mut violations);
    violations.refuse()?;

    let name = name.unwrap_or_else(|| derived_name(&content));
    let article = NewArticle { name: name.clone(), content, parse_report: None, raw: None };
    let write = Write::Create { article, request_id };
    match rpc.store.write(write, validate_only, rpc.clock.now()).await? {
        Written::Stored { article, outcome: _ } => Ok(convert::article(*article, View::Full)),
        Written::AlreadyExists => Err(RpcError::AlreadyExists(name)),
        // An earlier attempt of this request created the article, and it has been deleted since.
        Written::Missing => Err(RpcError::NotFound(name)),
        Written::RequestIdReused => {
            let description = "was used for a different request within the last 24 hours";
            Err(bad_field("request_id", ViolationReason::RequestIdReused, description).into())
        }
        other => Err(StoreError::Failed(format!("a create was answered with {other:?}")).into()),
    }
}

/// Requires a headline or a body.
pub(crate) fn require_text(content: &ArticleContent, violations: &mut Violations) {
    if content.headline.trim().is_empty() && content.body.trim().is_empty() {
        violations.add("article.headline", ViolationReason::Required, "or article.body must be set");
    }
}

/// The name of an article for which the caller gives none.
pub(crate) fn derived_name(content: &ArticleContent) -> ArticleName {
    match &content.url {
        Some(url) => ArticleName::of_url(url),
        None => ArticleName::of_text(&content.headline, &content.body),
    }
}
