//! `articled parse`: parses documents without a server or a store.

use std::num::NonZero;
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use articled::article::ArticleName;
use articled::container::{Document, Item, Meter};
use articled::ingest::parse_document;
use articled::rpc::parse_response;
use articled::rpc::proto::ParseArticleResponse;
use clap::Args;
use futures::StreamExt;
use tokio::task::spawn_blocking;

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
}

impl Parse {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        // Parsed concurrently, printed in input order.
        let mut parsed = self.input.items(Meter::default()).map(|item| spawn_blocking(|| parse(item))).buffered(cores);
        let mut out = Out::new();
        let (mut total, mut failed) = (0, 0);
        while let Some(result) = parsed.next().await {
            total += 1;
            match result.context("the parser stopped")? {
                Ok(response) if self.output.is_json() => out.json(&response)?,
                Ok(response) => out.text(&table::card(&response.article.unwrap_or_default()))?,
                Err(reason) => {
                    failed += 1;
                    eprintln!("articled: {}", printable(&reason));
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

/// The article of a document, or an error message with its location.
fn parse(item: Item) -> Result<ParseArticleResponse, String> {
    let parsed =
        item.document.map_err(|error| error.to_string()).and_then(|Document { raw, is_exported, id, warnings: _ }| {
            if is_exported {
                return Err("is an exported article, which is already parsed; use `articled import`".to_owned());
            }
            let name =
                id.map(|id| ArticleName::from_id(&id).map_err(|error| format!("id {id:?}: {error}"))).transpose()?;
            parse_document(raw, name).map_err(|error| error.to_string())
        });
    parsed.map(parse_response).map_err(|reason| format!("{}: {reason}", item.origin))
}
