//! WatchArticles: streams changes of articles.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use futures::stream::unfold;
use tonic::Status;

use super::article_rpc::ArticleRpc;
use super::fair_share::Peer;
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

/// Starts a watch. Its keywords count against the `peer`'s share of those of all watches.
pub(crate) fn watch_articles(
    rpc: &ArticleRpc,
    peer: &Arc<Peer>,
    request: WatchArticlesRequest,
) -> Result<WatchStream, RpcError> {
    let WatchArticlesRequest { keywords, filter, view, resume_token } = request;
    let watched = resume_token::watch_hash(keywords.as_ref(), &filter);
    let mut violations = Violations::default();
    let keywords = keywords.and_then(|keywords| convert::keyword_filter(Some(keywords), &mut violations));
    let filter = convert::filter(&filter, &mut violations);
    let view = convert::view(view, View::Basic, &mut violations);
    let after = resume_token::read(&resume_token, watched, &mut violations);
    violations.refuse()?;

    let query = WatchQuery { keywords, filter };
    let share = rpc.streams.begin_watch(peer, query.keyword_bytes())?;
    let watch = Watch::start(&rpc.watches, query, after, view);
    // The next event is produced when the client has taken the previous one.
    let events = unfold(Some((watch, share)), move |open| async move {
        let (mut watch, share) = open?;
        match watch.next().await {
            Ok(event) => Some((Ok(response(event, view, watched)), Some((watch, share)))),
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
