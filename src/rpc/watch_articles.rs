//! WatchArticles: streams changes of articles.

use std::pin::Pin;

use futures::Stream;
use futures::stream::unfold;
use tonic::Status;

use super::article_rpc::ArticleRpc;
use super::proto::watch_articles_response::Event as WireEvent;
use super::proto::{WatchArticlesRequest, WatchArticlesResponse, WatchCheckpoint};
use super::status::RpcError;
use super::token::QueryHash;
use super::violations::Violations;
use super::{convert, resume_token};
use crate::article::View;
use crate::watch::{Event, EventKind, Watch, WatchQuery};

/// Always ends with an error, because a watch has no end of its own.
pub(crate) type WatchStream = Pin<Box<dyn Stream<Item = Result<WatchArticlesResponse, Status>> + Send>>;

pub(crate) fn watch_articles(rpc: &ArticleRpc, request: WatchArticlesRequest) -> Result<WatchStream, RpcError> {
    let WatchArticlesRequest { keywords, filter, view, resume_token } = request;
    let watched = resume_token::watch_hash(keywords.as_ref(), &filter);
    let mut violations = Violations::default();
    let keywords = keywords.and_then(|keywords| convert::keyword_filter(Some(keywords), &mut violations));
    let filter = convert::filter(&filter, &mut violations);
    let view = convert::view(view, View::Basic, &mut violations);
    let after = resume_token::read(&resume_token, watched, &mut violations);
    violations.refuse()?;

    let watch = Watch::start(&rpc.watches, WatchQuery { keywords, filter }, after, view)?;
    // The next event is produced when the client has taken the previous one.
    let events = unfold(Some(watch), move |watch| async move {
        let mut watch = watch?;
        match watch.next().await {
            Ok(event) => Some((Ok(response(event, view, watched)), Some(watch))),
            Err(error) => Some((Err(Status::from(RpcError::from(error))), None)),
        }
    });
    Ok(Box::pin(events))
}

fn response(event: Event, view: View, watched: QueryHash) -> WatchArticlesResponse {
    let Event { position, kind } = event;
    let event = match kind {
        EventKind::Upserted(article) => WireEvent::Upserted(convert::article(*article, view)),
        EventKind::Deleted(name) => WireEvent::Deleted(name.to_string()),
        EventKind::Checkpoint => WireEvent::Checkpoint(WatchCheckpoint {}),
    };
    WatchArticlesResponse { event: Some(event), resume_token: resume_token::encode(position, watched) }
}
