//! ExportArticles: every match, oldest first.
//!
//! Read page by page, each when the client has taken the one before: what is held is one page, and no snapshot of the
//! store while the client reads.

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

/// Articles in a page at most. Long ones are bounded by their bytes.
const PAGE_SIZE: i32 = 256;

pub(crate) type ExportStream = Pin<Box<dyn Stream<Item = Result<ExportArticlesResponse, Status>> + Send>>;

/// `peer` is whose share of the places is taken.
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
    Ok(Box::pin(bounded_stream(streams.stall_timeout(), move |answers| async move {
        // Held for as long as the export is open.
        let _slot = slot;
        let mut next = Some(search);
        while let Some(search) = next {
            if streams.is_stopping() {
                return Err(RpcError::Stopping.into());
            }
            let page = store.search(&search).await.map_err(RpcError::from)?;
            for article in page.articles {
                answers.send(ExportArticlesResponse { article: Some(convert::article(article, view)) }).await?;
            }
            next = page.next.map(|end| Search { after: Some(end), ..search });
        }
        Ok(())
    })))
}
