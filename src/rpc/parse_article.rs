//! ParseArticle: parses a document without storing the article.

use super::article_rpc::ArticleRpc;
use super::convert;
use super::proto::{self, ParseArticleRequest, ParseArticleResponse};
use super::status::RpcError;
use super::violations::Violations;
use crate::article::RepairKind;
use crate::ingest::ParsedDocument;
use crate::parse::{ExplainedLine, Explanation, Parsed, Part};

/// With the largest article and its report, the response stays below 4 MiB.
const MAX_EXPLAINED_BYTES: usize = 768 << 10;

pub(crate) async fn parse_article(
    rpc: &ArticleRpc,
    request: ParseArticleRequest,
) -> Result<ParseArticleResponse, RpcError> {
    let ParseArticleRequest { document, explain } = request;
    let mut violations = Violations::default();
    let document = convert::document(document, &mut violations);
    violations.refuse()?;
    if !explain {
        return Ok(parse_response(rpc.ingest.parse(document, None).await?));
    }
    let (parsed, Explanation { decisions, lines }) = rpc.ingest.explain(document).await?;
    let charset = decisions.into_iter().find(|decision| decision.subject == "charset").map(|decision| decision.chosen);
    Ok(ParseArticleResponse {
        lines: explained_lines(lines),
        charset: charset.unwrap_or_default(),
        ..parse_response(parsed)
    })
}

/// The response for a document that was parsed, by this RPC or by the command line.
pub fn parse_response(document: ParsedDocument) -> ParseArticleResponse {
    let ParsedDocument { name, parsed: Parsed { content, report }, raw: _ } = document;
    ParseArticleResponse { article: Some(convert::unsaved_article(&name, content, report)), ..Default::default() }
}

fn explained_lines(lines: Vec<ExplainedLine>) -> Vec<proto::ExplainedLine> {
    let mut bytes = 0;
    let lines = lines.into_iter().map(explained_line);
    lines
        .take_while(|line| {
            bytes += prost::Message::encoded_len(line);
            bytes <= MAX_EXPLAINED_BYTES
        })
        .collect()
}

fn explained_line(line: ExplainedLine) -> proto::ExplainedLine {
    // The repaired text is that of the parts.
    let ExplainedLine { number, element, text, repaired: _, repairs, parts } = line;
    let repair = |(kind, count): (RepairKind, u32)| proto::Repair {
        kind: kind.to_string(),
        count: i32::try_from(count).unwrap_or(i32::MAX),
    };
    proto::ExplainedLine {
        number: number.and_then(|number| i32::try_from(number).ok()).unwrap_or_default(),
        element,
        text,
        repairs: repairs.into_iter().map(repair).collect(),
        parts: parts.into_iter().map(explained_part).collect(),
    }
}

fn explained_part(part: Part) -> proto::ExplainedPart {
    let Part { text, becomes, reason, detail } = part;
    proto::ExplainedPart { text, becomes, reason: reason.into_owned(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_explanation_is_cut_between_lines() {
        let line = ExplainedLine { text: "湖".repeat(1000), ..ExplainedLine::default() };
        let explained = explained_lines(vec![line; 300]);
        assert!((200..300).contains(&explained.len()), "{}", explained.len());
        assert!(explained.iter().all(|line| line.text.len() == 3000));
    }
}
