//! ImportArticles: stores a stream of documents and articles, and responds to each once it is durable.
//!
//! Flow control: while the client leaves responses unread, no more items are read from it. Items being processed count
//! against a byte budget that all imports share. An item's bytes are released when it is stored, before its response is
//! read, so a client that does not read blocks only itself.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::stream::{Stream, StreamExt};
use prost::Message;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Status};
use tracing::Instrument;

use super::article_rpc::ArticleRpc;
use super::bounded_stream::{ResponseSender, bounded_stream};
use super::convert;
use super::convert::ImportedArticle;
use super::create_article::{derived_name, require_text};
use super::fair_share::Peer;
use super::import_order::{ImportOrder, Turn};
use super::proto::import_articles_request::Item;
use super::proto::{self, ImportArticlesRequest, ImportArticlesResponse};
use super::status::RpcError;
use super::status::{internal, overload_status};
use super::stream_limits::ImportPermit;
use super::violations::{ViolationReason, Violations};
use crate::article::{ArticleName, Outcome};
use crate::ingest::check_size;
use crate::parse::Parsed;
use crate::store::{NewArticle, StoreError, Written};

/// The maximum number of items of one import in progress: enough to fill a group commit.
const MAX_IN_FLIGHT: usize = 64;

pub(crate) type ImportStream = Pin<Box<dyn Stream<Item = Result<ImportArticlesResponse, Status>> + Send>>;

/// Starts an import. It counts against the `peer`'s share of the open imports.
pub fn import_articles(
    rpc: &ArticleRpc,
    peer: &Arc<Peer>,
    requests: impl Stream<Item = Result<ImportArticlesRequest, Status>> + Send + 'static,
) -> Result<ImportStream, RpcError> {
    let permit = Arc::new(rpc.streams.begin_import(peer, rpc.ingest.parser_count())?);
    let rpc = rpc.clone();
    Ok(Box::pin(bounded_stream(rpc.streams.stall_timeout(), move |responses| async move {
        import_all(&rpc, &permit, Box::pin(requests), responses).await
    })))
}

/// Reads items until the client or the server ends the stream, then waits until each has its response.
async fn import_all(
    rpc: &ArticleRpc,
    permit: &Arc<ImportPermit>,
    mut requests: impl Stream<Item = Result<ImportArticlesRequest, Status>> + Unpin,
    responses: ResponseSender<ImportArticlesResponse>,
) -> Result<(), Status> {
    let mut items = JoinSet::new();
    let mut order = ImportOrder::default();
    let mut idle_from = Instant::now();
    let end = loop {
        if items.len() >= MAX_IN_FLIGHT {
            if let Some(item) = items.join_next().await {
                join_item(item)?;
            }
            idle_from = Instant::now();
            continue;
        }
        let next = tokio::select! {
            biased;
            () = rpc.streams.stopping() => break Err(RpcError::Stopping.into()),
            Some(item) = items.join_next() => {
                join_item(item)?;
                continue;
            }
            next = timeout_at(idle_from + rpc.streams.import_idle(), requests.next()) => next,
        };
        match next {
            Ok(Some(Ok(request))) => {
                let bytes_permit = permit.acquire_bytes(request.encoded_len()).await;
                let turn = order.turn(&request);
                let (rpc, permit, responses) = (rpc.clone(), Arc::clone(permit), responses.clone());
                let item = async move {
                    let sequence = request.sequence;
                    // A panic fails its item like any other error.
                    let imported = AssertUnwindSafe(import(&rpc, &permit, request, turn)).catch_unwind().await;
                    let imported = imported.unwrap_or_else(|_| Err(panicked()));
                    drop(bytes_permit);
                    responses.send(response(sequence, imported)).await
                };
                items.spawn(item.in_current_span());
                idle_from = Instant::now();
            }
            Ok(Some(Err(status))) => break Err(status),
            Ok(None) => break Ok(()),
            Err(_) => break Err(idle_status()),
        }
    };
    while let Some(item) = items.join_next().await {
        join_item(item)?;
    }
    end
}

/// The result of sending an item's response.
fn join_item(item: Result<Result<(), Status>, JoinError>) -> Result<(), Status> {
    item.unwrap_or_else(|_| Err(internal()))
}

fn panicked() -> RpcError {
    StoreError::Failed("an item panicked".to_owned()).into()
}

fn idle_status() -> Status {
    overload_status(
        Code::DeadlineExceeded,
        "IMPORT_IDLE",
        "the client sent nothing for too long; every item received before has its response",
        None,
    )
}

/// The result of an item that did not fail.
struct Imported {
    name: ArticleName,
    outcome: Outcome,
    /// The stored article has a later fetch time and was kept.
    is_older: bool,
}

async fn import(
    rpc: &ArticleRpc,
    permit: &ImportPermit,
    request: ImportArticlesRequest,
    mut turn: Turn,
) -> Result<Imported, RpcError> {
    let ImportArticlesRequest { sequence: _, article_id, item, allow_older } = request;
    let mut violations = Violations::default();
    let name = convert::article_id(&article_id, &mut violations);
    let new = match item {
        None => {
            violations.add("document", ViolationReason::Required, "or article must be set");
            return Err(violations.into());
        }
        Some(Item::Document(document)) => {
            let document = convert::document(Some(document), &mut violations);
            violations.refuse()?;
            let _permit = permit.acquire_parser().await;
            rpc.ingest.parse(document, name).await?.into()
        }
        Some(Item::Article(article)) => given(article, name, violations)?,
    };
    turn.wait().await;
    let _permit = permit.acquire_write().await;
    match rpc.ingest.store_patiently(new, allow_older).await? {
        Written::Stored { article, outcome } => Ok(Imported { name: article.name, outcome, is_older: false }),
        Written::NewerKept(article) => Ok(Imported { name: article.name, outcome: Outcome::Unchanged, is_older: true }),
        other => Err(StoreError::Failed(format!("an import was answered with {other:?}")).into()),
    }
}

/// Validates an article that the caller has, such as an exported one.
fn given(
    article: proto::Article,
    name: Option<ArticleName>,
    mut violations: Violations,
) -> Result<NewArticle, RpcError> {
    let own_name = match article.name.as_str() {
        "" => None,
        own_name => convert::article_name("article.name", own_name, &mut violations),
    };
    let ImportedArticle { content, parse_report, raw } = convert::imported_article(article, &mut violations);
    require_text(&content, &mut violations);
    violations.refuse()?;
    let name = name.or(own_name).unwrap_or_else(|| derived_name(&content));
    let report = parse_report.clone().unwrap_or_default();
    let parsed = Parsed { content, report };
    check_size(&parsed)?;
    Ok(NewArticle { name, content: parsed.content, parse_report, raw })
}

fn response(sequence: i64, imported: Result<Imported, RpcError>) -> ImportArticlesResponse {
    match imported {
        Ok(Imported { name, outcome, is_older }) => ImportArticlesResponse {
            sequence,
            name: name.to_string(),
            outcome: convert::outcome(outcome).into(),
            error: None,
            warnings: is_older.then(convert::older_capture).into_iter().collect(),
        },
        Err(error) => {
            let status = Status::from(error);
            if let Some(cause) = std::error::Error::source(&status) {
                // The call continues, so the trace layer does not log this error.
                tracing::error!(sequence, code = ?status.code(), cause, "an item of an import failed");
            }
            ImportArticlesResponse { sequence, error: Some(packed(&status)), ..Default::default() }
        }
    }
}

/// The status as a message, which its details contain in encoded form.
fn packed(status: &Status) -> tonic_types::Status {
    tonic_types::Status::decode(status.details()).unwrap_or_else(|_| {
        let status = internal();
        tonic_types::Status { code: status.code().into(), message: status.message().to_owned(), details: Vec::new() }
    })
}
