//! Where documents go, and what it means if one does not arrive.

use std::sync::Arc;
use std::time::Duration;

use articled::container::{ContainerError, Document};
use articled::rpc::proto::article_service_server::ArticleService;
use articled::rpc::proto::{IngestArticleRequest, IngestArticleResponse};
use articled::rpc::{ArticleRpc, convert};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::cli::client::{self, Client};

/// How often a document is offered to a server that says "later".
const MAX_ATTEMPTS: u32 = 8;

pub enum Destination {
    Server(Client),
    Store(Arc<ArticleRpc>),
}

pub enum Failure {
    /// This document is refused; the next may do better. The reason is a word to count by.
    Document { reason: String, message: String },
    /// Nothing more can be stored.
    Destination(String),
}

impl Destination {
    pub fn store(rpc: ArticleRpc) -> Self {
        Self::Store(Arc::new(rpc))
    }

    pub async fn ingest(&self, document: Result<Document, ContainerError>) -> Result<IngestArticleResponse, Failure> {
        let unreadable =
            |error: ContainerError| Failure::Document { reason: "UNREADABLE".to_owned(), message: error.to_string() };
        let Document { raw, id, warnings: _ } = document.map_err(unreadable)?;
        let request = IngestArticleRequest {
            document: Some(convert::document_to_wire(raw)),
            article_id: id.unwrap_or_default(),
            validate_only: false,
        };
        for _ in 1..MAX_ATTEMPTS {
            match self.offer(request.clone()).await {
                Err(status) => match later(&status) {
                    Some(delay) => tokio::time::sleep(delay).await,
                    None => return Err(failure(&status)),
                },
                Ok(response) => return Ok(response),
            }
        }
        self.offer(request).await.map_err(|status| failure(&status))
    }

    async fn offer(&self, request: IngestArticleRequest) -> Result<IngestArticleResponse, Status> {
        let response = match self {
            Self::Server(client) => client.clone().ingest_article(request).await,
            Self::Store(rpc) => rpc.ingest_article(Request::new(request)).await,
        };
        response.map(tonic::Response::into_inner)
    }
}

/// How long to wait before the same document is offered again, if that makes sense.
fn later(status: &Status) -> Option<Duration> {
    status.get_details_retry_info().and_then(|info| info.retry_delay)
}

fn failure(status: &Status) -> Failure {
    let message = client::describe(status);
    match status.code() {
        // About this document.
        Code::InvalidArgument | Code::AlreadyExists | Code::Aborted | Code::DeadlineExceeded | Code::Internal => {
            let reason = status.get_details_error_info().map(|info| info.reason);
            Failure::Document { reason: reason.unwrap_or_else(|| client::code_name(status.code()).to_owned()), message }
        }
        _ => Failure::Destination(message),
    }
}
