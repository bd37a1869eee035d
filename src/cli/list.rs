//! `articled list`: lists articles.

use articled::rpc::proto::{self, ListArticlesRequest};
use clap::Args;

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

/// The server's maximum page size.
const MAX_PAGE_SIZE: u32 = 1000;

impl Choice {
    /// The size of the next page after `printed` articles; `None` if the limit is reached.
    pub(super) fn page_size(&self, printed: u32) -> Option<i32> {
        let missing = if self.limit == 0 { MAX_PAGE_SIZE } else { self.limit.saturating_sub(printed) };
        i32::try_from(missing.min(MAX_PAGE_SIZE)).ok().filter(|&size| size > 0)
    }
}

impl List {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut client = self.server.connect().await?;
        let mut out = Out::new();
        let mut rows = table::Articles::new();
        let mut printed = 0;
        let mut page_token = String::new();
        while let Some(page_size) = self.choice.page_size(printed) {
            let request = ListArticlesRequest {
                page_size,
                page_token,
                filter: self.choice.filter.clone(),
                order_by: self.choice.order_by.clone(),
                view: proto::ArticleView::from(self.choice.view).into(),
            };
            let page = client.list_articles(request).await.map_err(explain)?.into_inner();
            for article in &page.articles {
                printed += 1;
                if self.output.is_json() { out.json(article)? } else { rows.add(article) }
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if !self.output.is_json() {
            out.text(&rows.finish(!page_token.is_empty()))?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_no_more_than_is_wanted() {
        let check = |limit, printed, expected| {
            let choice = Choice { filter: String::new(), order_by: String::new(), limit, view: View::Basic };
            assert_eq!(choice.page_size(printed), expected, "{limit} {printed}");
        };
        check(50, 0, Some(50));
        check(50, 49, Some(1));
        check(50, 50, None);
        check(5000, 0, Some(1000));
        check(5000, 4500, Some(500));
        check(0, 123_456, Some(1000));
    }
}
