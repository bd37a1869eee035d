//! From HTML to the page's metadata and the lines of its main content.

use crate::article::{PageUrl, ParseReport, PublishTime};

/// What a page's markup says of the article, apart from its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    pub headline: String,
    pub publish_time: Option<PublishTime>,
    pub authors: Vec<String>,
    pub editors: Vec<String>,
    pub info_source: String,
    pub section: String,
    pub keywords: Vec<String>,
    pub language_code: String,
    pub canonical_url: String,
}

/// A page: metadata, and the text of its main content as lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub text: String,
    pub metadata: Metadata,
}

pub fn extract(html: &str, _url: Option<&PageUrl>, _report: &mut ParseReport) -> Page {
    Page { text: html.to_owned(), metadata: Metadata::default() }
}
