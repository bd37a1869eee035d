//! `articled parse`: parses documents without a server or a store.

use std::num::NonZero;
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use articled::article::ArticleName;
use articled::container::{Document, Item, Meter};
use articled::ingest::parse_document;
use articled::parse::Explanation;
use articled::rpc::parse_response;
use articled::rpc::proto::ParseArticleResponse;
use clap::Args;
use futures::StreamExt;
use tokio::task::spawn_blocking;

use super::explain;
use super::input::InputArguments;
use super::output::{Out, OutputArguments};
use super::table;
use super::terminal::printable;

/// Parses documents and prints the articles. Needs no server and stores nothing.
#[derive(Args, Debug)]
pub(super) struct Parse {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    output: OutputArguments,
    /// Show what became of each line and by which rule, and which candidates were considered for the charset, the content,
    /// the headline, the source, the names and the time.
    #[arg(long)]
    explain: bool,
}

impl Parse {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let Self { input, output, explain } = self;
        // Parsed concurrently, printed in input order.
        let mut parsed =
            input.items(Meter::default()).map(|item| spawn_blocking(move || parse(item, explain))).buffered(cores);
        let mut out = Out::new();
        let (mut total, mut failed) = (0, 0);
        while let Some(result) = parsed.next().await {
            total += 1;
            let ParsedItem { origin, response, explanation } = result.context("the parser stopped")?;
            if let Some(explanation) = explanation.as_ref().filter(|_| !output.is_json()) {
                out.highlighted(&explain::text(&origin, explanation))?;
            }
            match response {
                Ok(response) if output.is_json() => match &explanation {
                    Some(explanation) => out.json_with(&response, "explanation", &explain::json(explanation))?,
                    None => out.json(&response)?,
                },
                Ok(response) if !explain => out.text(&table::card(&response.article.unwrap_or_default()))?,
                Ok(_) => {}
                Err(reason) => {
                    failed += 1;
                    eprintln!("articled: {}", printable(&format!("{origin}: {reason}")));
                }
            }
        }
        out.flush()?;
        if failed > 0 {
            bail!("{failed} of {total} documents could not be parsed");
        }
        Ok(())
    }
}

/// What became of an item.
struct ParsedItem {
    origin: String,
    /// The article, or an error message.
    response: Result<ParseArticleResponse, String>,
    /// Also of a document that is refused, if it was asked for.
    explanation: Option<Explanation>,
}

fn parse(item: Item, explain: bool) -> ParsedItem {
    let explained = item.document.as_ref().ok().filter(|document| explain && !document.is_exported);
    let explanation = explained.map(|document| articled::parse::explain(&document.raw).1);
    let response =
        item.document.map_err(|error| error.to_string()).and_then(|Document { raw, is_exported, id, warnings: _ }| {
            if is_exported {
                return Err("is an exported article, which is already parsed; use `articled import`".to_owned());
            }
            let name =
                id.map(|id| ArticleName::from_id(&id).map_err(|error| format!("id {id:?}: {error}"))).transpose()?;
            parse_document(raw, name).map(parse_response).map_err(|error| error.to_string())
        });
    ParsedItem { origin: item.origin.to_string(), response, explanation }
}
