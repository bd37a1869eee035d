//! ParseArticle: parses a document without storing the article.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::{ParseArticleRequest, ParseArticleResponse};
use super::status::RpcError;
use super::violations::Violations;
use crate::ingest::ParsedDocument;
use crate::parse::Parsed;

pub(crate) async fn parse_article(
    rpc: &ArticleRpc,
    request: ParseArticleRequest,
) -> Result<ParseArticleResponse, RpcError> {
    let ParseArticleRequest { document } = request;
    let mut violations = Violations::default();
    let document = convert::document(document, &mut violations);
    violations.refuse()?;
    Ok(parse_response(rpc.ingest.parse(document, None).await?))
}

/// The response for a document that was parsed, by this RPC or by the command line.
pub fn parse_response(document: ParsedDocument) -> ParseArticleResponse {
    let ParsedDocument { name, parsed: Parsed { content, report }, raw: _ } = document;
    ParseArticleResponse { article: Some(convert::unsaved_article(&name, content, report)) }
}
