//! `articled filter`: finds articles by keywords.

use articled::rpc::proto::{self, FilterArticlesRequest};
use clap::Args;

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
        let mut client = self.server.connect().await?;
        let mut out = Out::new();
        let mut rows = table::Articles::new();
        let mut printed = 0;
        let mut page_token = String::new();
        while let Some(page_size) = self.choice.page_size(printed) {
            let request = FilterArticlesRequest {
                keywords: Some(keywords.clone()),
                filter: self.choice.filter.clone(),
                order_by: self.choice.order_by.clone(),
                page_size,
                page_token,
                view: proto::ArticleView::from(self.choice.view).into(),
                snippets: self.snippets,
                count_total: false,
            };
            let page = client.filter_articles(request).await.map_err(explain)?.into_inner();
            for found in &page.matches {
                printed += 1;
                if self.output.is_json() { out.json(found)? } else { rows.add_match(found) }
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if !self.output.is_json() {
            out.highlighted(&rows.finish(!page_token.is_empty()))?;
        }
        out.flush()
    }
}
