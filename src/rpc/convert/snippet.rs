//! Converts snippets for responses.

use crate::query::{Segment, Snippet, TextField};
use crate::rpc::proto;

pub(crate) fn snippet(snippet: Snippet) -> proto::Snippet {
    let Snippet { field, segments } = snippet;
    let segments = segments.into_iter().map(|Segment { text, hit }| proto::SnippetSegment { text, hit }).collect();
    proto::Snippet { field: text_field(field).into(), segments }
}

fn text_field(field: TextField) -> proto::TextField {
    match field {
        TextField::Headline => proto::TextField::Headline,
        TextField::Kicker => proto::TextField::Kicker,
        TextField::Subheadline => proto::TextField::Subheadline,
        TextField::Keywords => proto::TextField::Keywords,
        TextField::Authors => proto::TextField::Authors,
        TextField::InfoSource => proto::TextField::InfoSource,
        TextField::Body => proto::TextField::Body,
    }
}
