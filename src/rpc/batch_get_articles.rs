//! BatchGetArticles: several articles by name, all of them or none.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::encoded_response::{EncodedArticleMessage, EncodedBatchGetResponse};
use super::proto::{BatchGetArticlesRequest, BatchGetArticlesResponse};
use super::status::RpcError;
use super::violations::{ViolationReason, Violations};
use crate::article::{ArticleName, View};

/// The maximum number of names in one call.
const MAX_NAMES: usize = 100;

/// The maximum encoded size of an article's tag and length in the response.
const ENTRY_BYTES: usize = 6;

pub(crate) async fn batch_get_articles(
    rpc: &ArticleRpc,
    request: BatchGetArticlesRequest,
) -> Result<EncodedBatchGetResponse, RpcError> {
    let BatchGetArticlesRequest { names, view } = request;
    let mut violations = Violations::default();
    let names = check_names(&names, &mut violations);
    let view = convert::view(view, View::Full, &mut violations);
    violations.refuse()?;

    let mut articles = Vec::with_capacity(names.len());
    let mut bytes = 0;
    for some in names.chunks(names_read_at_once(view)) {
        let found = rpc.store.batch_get_encoded(some, view).await?;
        for (name, article) in some.iter().zip(found) {
            let article = article.ok_or_else(|| RpcError::NotFound(name.clone()))?;
            bytes += article.encoded_len() + ENTRY_BYTES;
            if bytes > rpc.max_page_bytes {
                return Err(RpcError::BatchTooLarge { fitting: articles.len() });
            }
            articles.push(EncodedArticleMessage(article));
        }
    }
    Ok(EncodedBatchGetResponse { message: BatchGetArticlesResponse::default(), parts: articles })
}

/// How many articles one read fetches. Large views are read in small steps, so that a batch that turns out too large has
/// read and buffered little.
fn names_read_at_once(view: View) -> usize {
    match view {
        View::Basic => MAX_NAMES,
        View::Full => 25,
        View::Raw => 2,
    }
}

fn check_names(names: &[String], violations: &mut Violations) -> Vec<ArticleName> {
    if names.is_empty() {
        violations.add("names", ViolationReason::Required, "must not be empty");
    }
    if names.len() > MAX_NAMES {
        violations.add("names", ViolationReason::TooLarge, format!("must contain at most {MAX_NAMES} names"));
        return Vec::new();
    }
    let numbered = names.iter().enumerate();
    numbered.filter_map(|(index, name)| convert::article_name(&format!("names[{index}]"), name, violations)).collect()
}
