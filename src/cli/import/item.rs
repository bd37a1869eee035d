//! One item of an import: its request, and the meaning of its error.

use articled::container::{ContainerError, Document};
use articled::rpc::convert;
use articled::rpc::proto::ImportArticlesRequest;
use articled::rpc::proto::import_articles_request::Item;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::cli::client::{code_name, describe};
use crate::cli::output::from_json;

pub(super) enum Failure {
    /// Only this item failed. Failures are counted by `reason`.
    Item { reason: String, message: String },
    /// No further item can be stored.
    Destination(String),
}

pub(super) fn request(
    document: Result<Document, ContainerError>,
    allow_older: bool,
) -> Result<ImportArticlesRequest, Failure> {
    let Document { raw, is_exported, id, warnings: _ } = document.map_err(|error| unreadable(error.to_string()))?;
    let item = if is_exported {
        Item::Article(from_json(&raw.content).map_err(|error| unreadable(format!("{error:#}")))?)
    } else {
        Item::Document(convert::document_to_wire(raw))
    };
    Ok(ImportArticlesRequest { sequence: 0, item: Some(item), article_id: id.unwrap_or_default(), allow_older })
}

fn unreadable(message: String) -> Failure {
    Failure::Item { reason: "UNREADABLE".to_owned(), message }
}

/// Whether the error in a response is about one item or about the destination.
pub(super) fn failure(error: &tonic_types::Status) -> Failure {
    let code = Code::from_i32(error.code);
    let status = Status::with_details(code, error.message.clone(), error.encode_to_vec().into());
    let message = describe(&status);
    match code {
        Code::InvalidArgument | Code::AlreadyExists | Code::Aborted | Code::DeadlineExceeded | Code::Internal => {
            let reason = status.get_details_error_info().map(|info| info.reason);
            Failure::Item { reason: reason.unwrap_or_else(|| code_name(code).to_owned()), message }
        }
        _ => Failure::Destination(message),
    }
}
