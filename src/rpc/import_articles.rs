//! ImportArticles: many documents and articles, each answered when it is durable.
//!
//! The client's own reading is the pace: while it leaves answers unread, no more is taken from it. What is taken is held
//! against a budget that all imports share, and given back when it is stored, read or not: so a client that does not read
//! holds up nobody but itself.

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
use super::violations::{Fault, Violations};
use crate::article::{ArticleName, Outcome};
use crate::ingest::check_size;
use crate::parse::Parsed;
use crate::store::{NewArticle, StoreError, Written};

/// Items of one import that are under way at once: enough to fill a group that is written with one sync.
const IN_FLIGHT: usize = 64;

pub(crate) type ImportStream = Pin<Box<dyn Stream<Item = Result<ImportArticlesResponse, Status>> + Send>>;

/// `peer` is whose share of the places is taken.
pub fn import_articles(
    rpc: &ArticleRpc,
    peer: &Arc<Peer>,
    requests: impl Stream<Item = Result<ImportArticlesRequest, Status>> + Send + 'static,
) -> Result<ImportStream, RpcError> {
    let place = Arc::new(rpc.streams.begin_import(peer, rpc.ingest.parser_count())?);
    let rpc = rpc.clone();
    Ok(Box::pin(bounded_stream(rpc.streams.stall_timeout(), move |answers| async move {
        import_all(&rpc, &place, Box::pin(requests), answers).await
    })))
}

/// Takes items until the client or the server ends, and ends when all that it took are answered.
async fn import_all(
    rpc: &ArticleRpc,
    place: &Arc<ImportPermit>,
    mut requests: impl Stream<Item = Result<ImportArticlesRequest, Status>> + Unpin,
    answers: ResponseSender<ImportArticlesResponse>,
) -> Result<(), Status> {
    let mut items = JoinSet::new();
    let mut order = ImportOrder::default();
    let mut idle_from = Instant::now();
    let end = loop {
        if items.len() >= IN_FLIGHT {
            if let Some(item) = items.join_next().await {
                answered(item)?;
            }
            idle_from = Instant::now();
            continue;
        }
        let next = tokio::select! {
            biased;
            () = rpc.streams.stopping() => break Err(RpcError::Stopping.into()),
            Some(item) = items.join_next() => {
                answered(item)?;
                continue;
            }
            next = timeout_at(idle_from + rpc.streams.import_idle(), requests.next()) => next,
        };
        match next {
            Ok(Some(Ok(request))) => {
                let room = place.room(request.encoded_len()).await;
                let turn = order.turn(&request);
                let (rpc, place, answers) = (rpc.clone(), Arc::clone(place), answers.clone());
                let item = async move {
                    let sequence = request.sequence;
                    // One that panics is answered like any other that fails.
                    let imported = AssertUnwindSafe(import(&rpc, &place, request, turn)).catch_unwind().await;
                    let imported = imported.unwrap_or_else(|_| Err(panicked()));
                    drop(room);
                    answers.send(response(sequence, imported)).await
                };
                items.spawn(item.in_current_span());
                idle_from = Instant::now();
            }
            Ok(Some(Err(status))) => break Err(status),
            Ok(None) => break Ok(()),
            Err(_) => break Err(idle()),
        }
    };
    while let Some(item) = items.join_next().await {
        answered(item)?;
    }
    end
}

/// Whether an item's answer found a reader.
fn answered(item: Result<Result<(), Status>, JoinError>) -> Result<(), Status> {
    item.unwrap_or_else(|_| Err(internal()))
}

fn panicked() -> RpcError {
    StoreError::Failed("an item panicked".to_owned()).into()
}

fn idle() -> Status {
    overload_status(
        Code::DeadlineExceeded,
        "IMPORT_IDLE",
        "nothing was sent for too long; what was sent is answered",
        None,
    )
}

/// What became of an item that is stored.
struct Imported {
    name: ArticleName,
    outcome: Outcome,
    /// What is stored was fetched later, and was kept.
    is_older: bool,
}

async fn import(
    rpc: &ArticleRpc,
    place: &ImportPermit,
    request: ImportArticlesRequest,
    mut turn: Turn,
) -> Result<Imported, RpcError> {
    let ImportArticlesRequest { sequence: _, article_id, item, allow_older } = request;
    let mut violations = Violations::default();
    let name = convert::article_id(&article_id, &mut violations);
    let new = match item {
        None => {
            violations.add("document", Fault::Required, "or article must be set");
            return Err(violations.into());
        }
        Some(Item::Document(document)) => {
            let document = convert::document(Some(document), &mut violations);
            violations.refuse()?;
            let _turn = place.turn_to_parse().await;
            rpc.ingest.parse(document, name).await?.into()
        }
        Some(Item::Article(article)) => given(article, name, violations)?,
    };
    turn.wait().await;
    let _turn = place.turn_to_write().await;
    match rpc.ingest.store_patiently(new, allow_older).await? {
        Written::Stored { article, outcome } => Ok(Imported { name: article.name, outcome, is_older: false }),
        Written::NewerKept(article) => Ok(Imported { name: article.name, outcome: Outcome::Unchanged, is_older: true }),
        other => Err(StoreError::Failed(format!("an import was answered with {other:?}")).into()),
    }
}

/// What is to be stored of an article that the caller has, such as one that was exported.
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
                // The call goes on, so nobody else writes it down.
                tracing::error!(sequence, code = ?status.code(), cause, "an item of an import failed");
            }
            ImportArticlesResponse { sequence, error: Some(packed(&status)), ..Default::default() }
        }
    }
}

/// A status as a message: its details are that already.
fn packed(status: &Status) -> tonic_types::Status {
    tonic_types::Status::decode(status.details()).unwrap_or_else(|_| {
        let status = internal();
        tonic_types::Status { code: status.code().into(), message: status.message().to_owned(), details: Vec::new() }
    })
}
