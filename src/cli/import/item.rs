//! One item of an import: its request, and the meaning of its error.

use articled::container::{ContainerError, Document};
use articled::rpc::convert;
use articled::rpc::proto::ImportArticlesRequest;
use articled::rpc::proto::import_articles_request::Item;
use tonic::Code;

use crate::cli::output::from_json;

/// The reason under which items are counted that cannot be read.
pub(super) const UNREADABLE: &str = "UNREADABLE";

/// The request that stores an item, or why the item cannot be read.
pub(super) fn request(
    document: Result<Document, ContainerError>,
    allow_older: bool,
) -> Result<ImportArticlesRequest, String> {
    let Document { raw, is_exported, id, warnings: _ } = document.map_err(|error| error.to_string())?;
    let item = if is_exported {
        Item::Article(from_json(&raw.content).map_err(|error| format!("{error:#}"))?)
    } else {
        Item::Document(convert::document_to_wire(raw))
    };
    Ok(ImportArticlesRequest { sequence: 0, item: Some(item), article_id: id.unwrap_or_default(), allow_older })
}

/// Whether the item is an exported article, not a document.
pub(super) fn is_exported(request: &ImportArticlesRequest) -> bool {
    matches!(request.item, Some(Item::Article(_)))
}

/// Whether an error is about one item. After any other, no further item can be stored.
pub(super) fn is_about_one(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidArgument | Code::AlreadyExists | Code::Aborted | Code::DeadlineExceeded | Code::Internal
    )
}
