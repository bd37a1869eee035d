//! One item: the request that it becomes, and what it means if it is refused.

use articled::container::{ContainerError, Document};
use articled::rpc::convert;
use articled::rpc::proto::ImportArticlesRequest;
use articled::rpc::proto::import_articles_request::Item;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::cli::client::{code_name, describe};
use crate::cli::output::from_json;

pub enum Failure {
    /// This item is refused; the next may do better. The reason is a word to count by.
    Item { reason: String, message: String },
    /// Nothing more can be stored.
    Destination(String),
}

pub fn request(
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

/// What the error of an answer means for the others.
pub fn failure(error: &tonic_types::Status) -> Failure {
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
