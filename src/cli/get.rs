//! `articled get`: prints one article.

use articled::rpc::proto::{self, GetArticleRequest};
use clap::{Args, ValueEnum};

use super::client::{ServerArguments, explain};
use super::output::{Out, OutputArguments};
use super::table;

/// Prints one article.
#[derive(Args, Debug)]
pub(super) struct Get {
    /// The name of the article, `articles/…`, or only its id.
    name: String,
    /// The fields to request.
    #[arg(long, value_enum, default_value = "full")]
    view: View,
    #[command(flatten)]
    pub(super) server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

/// Which fields of an article to request.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum View {
    /// All fields except body, parse report and document.
    Basic,
    /// All fields except the document.
    Full,
    /// All fields.
    Raw,
}

impl From<View> for proto::ArticleView {
    fn from(view: View) -> Self {
        match view {
            View::Basic => proto::ArticleView::Basic,
            View::Full => proto::ArticleView::Full,
            View::Raw => proto::ArticleView::Raw,
        }
    }
}

impl Get {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let name = if self.name.contains('/') { self.name } else { format!("articles/{}", self.name) };
        let request = GetArticleRequest { name, view: proto::ArticleView::from(self.view).into() };
        let article = self.server.connect().await?.get_article(request).await.map_err(explain)?;
        let mut out = Out::new();
        if self.output.is_json() {
            out.json(&article)?;
        } else {
            out.text(&table::card(&article))?;
        }
        out.flush()
    }
}
