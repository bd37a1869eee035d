//! ExportArticles: streams every match, oldest first.
//!
//! Reads page by page, the next one when the client has taken the previous one. So an export buffers one page, and holds
//! no snapshot of the store while the client reads.

use std::pin::Pin;
use std::sync::Arc;

use futures::stream::Stream;
use tonic::Status;

use super::article_rpc::ArticleRpc;
use super::bounded_stream::bounded_stream;
use super::convert;
use super::fair_share::Peer;
use super::proto::{ExportArticlesRequest, ExportArticlesResponse};
use super::status::RpcError;
use super::violations::Violations;
use crate::article::View;
use crate::query::{Order, OrderKey, PageSize};
use crate::store::{DecodedReads as _, Search};

/// The maximum number of articles in a page. `max_page_bytes` bounds pages of long articles.
const PAGE_SIZE: i32 = 256;

pub(crate) type ExportStream = Pin<Box<dyn Stream<Item = Result<ExportArticlesResponse, Status>> + Send>>;

/// Starts an export. It counts against the `peer`'s share of the open exports.
pub fn export_articles(
    rpc: &ArticleRpc,
    peer: &Arc<Peer>,
    request: ExportArticlesRequest,
) -> Result<ExportStream, RpcError> {
    let ExportArticlesRequest { keywords, filter, view } = request;
    let mut violations = Violations::default();
    let keywords = keywords.and_then(|keywords| convert::keyword_filter(Some(keywords), &mut violations));
    let filter = convert::filter(&filter, &mut violations);
    let view = convert::view(view, View::Full, &mut violations);
    violations.refuse()?;
    let slot = rpc.streams.begin_export(peer)?;
    let search = Search {
        keywords,
        filter,
        order: Order { key: OrderKey::EffectiveTime, descending: false },
        page_size: PageSize::new(PAGE_SIZE).unwrap_or_default(),
        after: None,
        view,
        max_page_bytes: rpc.max_page_bytes,
        count_total: false,
    };
    let (store, streams) = (rpc.store.clone(), rpc.streams.clone());
    Ok(Box::pin(bounded_stream(streams.stall_timeout(), move |responses| async move {
        // Counts as an open export until the stream ends.
        let _slot = slot;
        let mut next = Some(search);
        while let Some(search) = next {
            if streams.is_stopping() {
                return Err(RpcError::Stopping.into());
            }
            let page = store.search(&search).await.map_err(RpcError::from)?;
            for article in page.articles {
                responses.send(ExportArticlesResponse { article: Some(convert::article(article, view)) }).await?;
            }
            next = page.next.map(|end| Search { after: Some(end), ..search });
        }
        Ok(())
    })))
}
