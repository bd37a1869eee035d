//! `articled copy`: stores the articles of one store in another one, of the same engine or not.

use std::cell::RefCell;
use std::pin::pin;

use anyhow::{Context, ensure};
use articled::rpc::proto::import_articles_request::Item;
use articled::rpc::proto::{Article, ArticleView, ExportArticlesRequest, ImportArticlesRequest};
use articled::store::DATABASE_FORM;
use articled_client::DEFAULT_IN_FLIGHT;
use clap::Args;
use futures::{StreamExt, future};

use super::client::explain;
use super::import::progress::Progress;
use super::import::store_items;
use super::interrupt;
use super::output::Out;
use super::service::Service;
use super::store;

/// Copies all articles of a store to another one, oldest first, with their documents, labels and parse reports.
///
/// The target sets create_time, update_time, revision and etag, and may take another of several copies of a story for the
/// original. A copy can be interrupted and repeated: articles that are already there are unchanged. What is written to the
/// source meanwhile may be missing, and articles that were deleted between two runs stay in the target.
#[derive(Args, Debug)]
pub(super) struct Copy {
    /// The store to read. It may be in use.
    #[arg(long, value_name = DATABASE_FORM)]
    from: String,
    /// The store to write. No server may have it open, unless its engine allows several instances.
    #[arg(long, value_name = DATABASE_FORM)]
    to: String,
    /// The maximum number of articles in progress.
    #[arg(long, value_name = "COUNT", default_value_t = DEFAULT_IN_FLIGHT, value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: u16,
}

impl Copy {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        ensure!(self.from != self.to, "--from and --to name the same store");
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let source = Service::of_store(&self.from, store::to_read()).await?;
        let target = Service::of_store(&self.to, store::to_write()).await?;
        let request = ExportArticlesRequest { view: ArticleView::Raw.into(), ..ExportArticlesRequest::default() };
        let copied = async {
            let articles = source.client.export(request).await.map_err(explain)?;
            // A failure of the source ends the items, and is told once those in progress are stored.
            let failure = RefCell::new(None);
            let items = articles.scan((), |(), next| {
                future::ready(next.map(item).map_err(|error| *failure.borrow_mut() = Some(explain(error))).ok())
            });
            let items = pin!(items);
            let progress = Progress::of_articles();
            let summary =
                store_items(items, &target.client, self.workers, progress, interrupted, &mut |_| Ok(())).await?;
            match failure.take() {
                Some(error) => Err(error.context(format!("{summary} before the failure; to continue, copy again"))),
                None => Ok(summary),
            }
        };
        let copied = copied.await;
        target.close().await;
        source.close().await;
        let summary = copied?;
        let mut out = Out::new();
        out.text(&summary.to_string())?;
        out.flush()?;
        summary.verdict()
    }
}

/// The request that stores an article, with its name as its origin.
fn item(article: Article) -> (String, Result<ImportArticlesRequest, String>) {
    let origin = article.name.clone();
    // Whatever the target has is compared with the source, not with the time of a capture.
    let request = ImportArticlesRequest {
        item: Some(Item::Article(article)),
        allow_older: true,
        ..ImportArticlesRequest::default()
    };
    (origin, Ok(request))
}
