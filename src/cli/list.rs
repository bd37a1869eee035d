//! `articled list`: lists articles.

use std::pin::pin;

use articled::rpc::proto::{self, ListArticlesRequest};
use clap::Args;
use futures::TryStreamExt;

use super::client::{ServerArguments, explain};
use super::get::View;
use super::output::{Out, OutputArguments};
use super::table;

/// Lists articles, newest first.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

/// The arguments that `list` and `filter` share.
#[derive(Args, Debug)]
pub(super) struct Choice {
    /// A metadata filter in the syntax of AIP-160, such as 'publish_time >= "2024-05-01T00:00:00Z" AND section = "要闻"'.
    #[arg(long = "filter", value_name = "TEXT", default_value = "")]
    pub filter: String,
    /// The sort key: effective_time, create_time or update_time, optionally followed by ` desc`. Default: 'effective_time
    /// desc'.
    #[arg(long, value_name = "ORDER", default_value = "")]
    pub order_by: String,
    /// The maximum number of articles to print; 0 for all.
    #[arg(long, value_name = "COUNT", default_value = "50")]
    pub limit: u32,
    /// The fields to request of each article.
    #[arg(long, value_enum, default_value = "basic")]
    pub view: View,
}

impl Choice {
    /// The number of articles after which to stop; `None` for all.
    pub(super) fn limit(&self) -> Option<u32> {
        Some(self.limit).filter(|&limit| limit > 0)
    }
}

impl List {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let client = self.server.connect().await?;
        let mut out = Out::new();
        let mut rows = table::Articles::new();
        let limit = self.choice.limit();
        let request = ListArticlesRequest {
            filter: self.choice.filter,
            order_by: self.choice.order_by,
            view: proto::ArticleView::from(self.choice.view).into(),
            ..Default::default()
        };
        let mut pages = pin!(client.list(request).limit(limit).pages());
        let mut has_more = false;
        while let Some(page) = pages.try_next().await.map_err(explain)? {
            for article in &page.articles {
                if self.output.is_json() { out.json(article)? } else { rows.add(article) }
            }
            has_more = !page.next_page_token.is_empty();
        }
        if !self.output.is_json() {
            out.text(&rows.finish(has_more))?;
        }
        out.flush()
    }
}
