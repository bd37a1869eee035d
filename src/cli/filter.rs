//! `articled filter`: finds articles by keywords.

use std::pin::pin;

use articled::rpc::proto::{self, FilterArticlesRequest};
use clap::Args;
use futures::TryStreamExt;

use super::client::{ServerArguments, explain};
use super::failure::Usage;
use super::keywords::KeywordArguments;
use super::list::Choice;
use super::output::{Out, OutputArguments};
use super::table;

/// Finds articles that contain keywords, newest first.
///
/// Simplified and Traditional characters, width and case are ignored in the comparison. At least one word is required, here
/// or with --any or --none.
#[derive(Args, Debug)]
pub(super) struct Filter {
    #[command(flatten)]
    keywords: KeywordArguments,
    /// The maximum number of snippets to show for each article, 0 to 10.
    #[arg(long, value_name = "COUNT", default_value = "1")]
    snippets: i32,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Filter {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let keywords = self.keywords.filter();
        let keywords = keywords.ok_or_else(|| Usage("no keyword given; try `articled filter WORD`".to_owned()))?;
        let client = self.server.connect().await?;
        let mut out = Out::new();
        let mut rows = table::Articles::new();
        let limit = self.choice.limit();
        let request = FilterArticlesRequest {
            keywords: Some(keywords),
            filter: self.choice.filter,
            order_by: self.choice.order_by,
            view: proto::ArticleView::from(self.choice.view).into(),
            snippets: self.snippets,
            ..Default::default()
        };
        let mut pages = pin!(client.filter(request).limit(limit).pages());
        let mut has_more = false;
        while let Some(page) = pages.try_next().await.map_err(explain)? {
            for found in &page.matches {
                if self.output.is_json() { out.json(found)? } else { rows.add_match(found) }
            }
            has_more = !page.next_page_token.is_empty();
        }
        if !self.output.is_json() {
            out.highlighted(&rows.finish(has_more))?;
        }
        out.flush()
    }
}
