//! Between the domain's types and the wire's.
//!
//! What comes in is checked here, once; what goes out cannot fail. Structs are taken apart without `..`, so that a field
//! that is added is noticed here.

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

pub use self::article::{article, older_capture, outcome, unsaved_article};
pub use self::document::{document, to_wire as document_to_wire};
pub use self::given::{GivenArticle, ImportedArticle, given_article, imported_article};
pub use self::labels::check_label_count;
pub use self::mask::UpdateMask;
pub use self::name::{article_id, article_name, etag, request_id};
pub use self::query::{filter, keyword_filter, order, page_size, snippet_count, view};
pub use self::snippet::snippet;
