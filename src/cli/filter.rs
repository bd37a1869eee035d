//! `articled filter`: the articles that contain words.

use articled::rpc::proto::{self, FilterArticlesRequest, KeywordFilter};
use clap::{Args, ValueEnum};

use super::client::{ServerArguments, explain};
use super::failure::Usage;
use super::list::Choice;
use super::output::{Out, OutputArguments};
use super::table;

/// Finds the articles that contain words, newest first.
///
/// Text is compared regardless of Simplified or Traditional characters, width and case. At least one word is needed, here
/// or with --any or --none.
#[derive(Args, Debug)]
pub struct Filter {
    /// Words that must all occur.
    #[arg(value_name = "WORD")]
    all: Vec<String>,
    /// A word of which, with the other --any words, at least one must occur.
    #[arg(long, value_name = "WORD")]
    any: Vec<String>,
    /// A word that must not occur.
    #[arg(long, value_name = "WORD")]
    none: Vec<String>,
    /// A field to look in; may be given several times. Default: all.
    #[arg(long, value_enum)]
    field: Vec<Field>,
    /// What counts as an occurrence.
    #[arg(long = "match", value_enum, default_value = "substring")]
    matching: Matching,
    /// How many passages around hits to show for each article, 0 to 10.
    #[arg(long, value_name = "COUNT", default_value = "1")]
    snippets: i32,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Field {
    Headline,
    Kicker,
    Subheadline,
    Body,
    Keywords,
    Authors,
    InfoSource,
}

impl From<Field> for proto::TextField {
    fn from(field: Field) -> Self {
        match field {
            Field::Headline => proto::TextField::Headline,
            Field::Kicker => proto::TextField::Kicker,
            Field::Subheadline => proto::TextField::Subheadline,
            Field::Body => proto::TextField::Body,
            Field::Keywords => proto::TextField::Keywords,
            Field::Authors => proto::TextField::Authors,
            Field::InfoSource => proto::TextField::InfoSource,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Matching {
    /// The word occurs anywhere in the text.
    Substring,
    /// The word occurs and is not part of a longer one.
    Word,
}

impl From<Matching> for proto::KeywordMatch {
    fn from(matching: Matching) -> Self {
        match matching {
            Matching::Substring => proto::KeywordMatch::Substring,
            Matching::Word => proto::KeywordMatch::Word,
        }
    }
}

impl Filter {
    pub async fn run(self) -> anyhow::Result<()> {
        if self.all.is_empty() && self.any.is_empty() && self.none.is_empty() {
            return Err(Usage("no word to look for; try `articled filter WORD`".to_owned()).into());
        }
        let keywords = KeywordFilter {
            all: self.all.clone(),
            any: self.any.clone(),
            none: self.none.clone(),
            fields: self.field.iter().map(|&field| proto::TextField::from(field).into()).collect(),
            r#match: proto::KeywordMatch::from(self.matching).into(),
        };
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
            out.text(&rows.finish(!page_token.is_empty()))?;
        }
        out.flush()
    }
}
