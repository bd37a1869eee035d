//! UpdateArticle: updates the fields that a mask names.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::convert::{GivenArticle, UpdateMask};
use super::create_article::require_text;
use super::proto::{self, UpdateArticleRequest};
use super::retry_contended::retry_contended;
use super::status::RpcError;
use super::violations::{ViolationReason, Violations};
use crate::article::{Article, ArticleContent, ArticleName, Etag, View};
use crate::store::{DecodedReads as _, NewArticle, StoreError, Write, Written};

pub(crate) async fn update_article(
    rpc: &ArticleRpc,
    request: UpdateArticleRequest,
) -> Result<proto::Article, RpcError> {
    let update = Update::new(request)?;
    retry_contended(&update.name, || async {
        let written = match rpc.store.get(&update.name, View::Full).await? {
            Some(stored) => update.change(rpc, stored).await?,
            None => update.create(rpc).await?,
        };
        match written {
            Written::Stored { article, outcome: _ } => Ok(Some(convert::article(*article, View::Full))),
            // Another write changed, created or deleted the article after the read: retry.
            Written::EtagMismatch | Written::Missing | Written::AlreadyExists if update.etag.is_none() => Ok(None),
            Written::EtagMismatch | Written::Missing => Err(RpcError::EtagMismatch(update.name.clone())),
            other => Err(StoreError::Failed(format!("an update was answered with {other:?}")).into()),
        }
    })
    .await
}

/// A validated request.
struct Update {
    name: ArticleName,
    etag: Option<Etag>,
    mask: UpdateMask,
    given: GivenArticle,
    /// The violations of all given fields, for the case that the article must be created.
    violations: Violations,
    allow_missing: bool,
}

impl Update {
    fn new(request: UpdateArticleRequest) -> Result<Self, RpcError> {
        let UpdateArticleRequest { article, update_mask, allow_missing } = request;
        let mut violations = Violations::default();
        let Some(article) = article else {
            violations.add("article", ViolationReason::Required, "must be set");
            return Err(violations.into());
        };
        let name = convert::article_name("article.name", &article.name, &mut violations);
        let mask = UpdateMask::new(update_mask.as_ref(), &article, &mut violations);
        let name = violations.require(name)?;

        let etag = convert::etag(&article.etag);
        let mut violations = Violations::default();
        let given = convert::given_article(article, &mut violations);
        let mut concerned = violations.clone();
        concerned.retain_fields(|path| mask.concerns(path));
        concerned.refuse()?;
        Ok(Self { name, etag, mask, given, violations, allow_missing })
    }

    async fn change(&self, rpc: &ArticleRpc, stored: Article) -> Result<Written, RpcError> {
        let expected = stored.etag();
        if self.etag.as_ref().is_some_and(|etag| *etag != expected) {
            return Err(RpcError::EtagMismatch(self.name.clone()));
        }
        let mut content = stored.content;
        self.mask.apply(&self.given, &mut content);
        let mut violations = Violations::default();
        require_text(&content, &mut violations);
        convert::check_label_count(&content.labels, &mut violations);
        violations.refuse()?;
        let write = Write::Replace { name: self.name.clone(), content, expected };
        Ok(rpc.store.write(write, false, rpc.clock.now()).await?)
    }

    async fn create(&self, rpc: &ArticleRpc) -> Result<Written, RpcError> {
        if !self.allow_missing {
            return Err(RpcError::NotFound(self.name.clone()));
        }
        if self.etag.is_some() {
            // An article that does not exist has no etag.
            return Err(RpcError::EtagMismatch(self.name.clone()));
        }
        let mut violations = self.violations.clone();
        let content: ArticleContent = self.given.content.clone();
        require_text(&content, &mut violations);
        violations.refuse()?;
        let article = NewArticle { name: self.name.clone(), content, parse_report: None, raw: None };
        let write = Write::Create { article, request_id: None };
        Ok(rpc.store.write(write, false, rpc.clock.now()).await?)
    }
}
