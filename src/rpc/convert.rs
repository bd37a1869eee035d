//! Conversion between domain types and generated types.
//!
//! Requests are validated here, once; conversion of responses cannot fail. Structs are destructured without `..`, so that
//! adding a field fails to compile here.

mod article;
mod document;
mod given;
mod labels;
mod language;
mod mask;
mod name;
mod query;
mod report;
mod snippet;
mod text;
mod time;

pub use self::article::{article, unsaved_article};
pub(crate) use self::article::{older_capture, outcome};
pub(crate) use self::document::document;
pub use self::document::to_wire as document_to_wire;
pub(crate) use self::given::{GivenArticle, ImportedArticle, given_article, imported_article};
pub(crate) use self::labels::check_label_count;
pub(crate) use self::mask::UpdateMask;
pub(crate) use self::name::{article_id, article_name, etag, request_id};
pub(crate) use self::query::{filter, keyword_filter, order, page_size, snippet_count, view};
pub(crate) use self::snippet::snippet;
