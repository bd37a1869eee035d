//! `articled watch`: prints changes of articles.

use std::io::{self, Write};
use std::pin::pin;

use anyhow::Context;
use articled::rpc::proto::watch_articles_response::Event;
use articled::rpc::proto::{self, WatchArticlesRequest};
use clap::Args;
use futures::TryStreamExt;

use super::client::{ServerArguments, describe, explain};
use super::get::View;
use super::interrupt;
use super::keywords::KeywordArguments;
use super::output::{Out, OutputArguments};
use super::table;
use super::terminal::printable;

/// Prints articles as they are created, changed and deleted, until Ctrl-C.
///
/// Without keywords and --filter, all articles. After a lost connection it reconnects and misses no event. `--output json`
/// prints every event of WatchArticles, including checkpoints; --resume takes the `resumeToken` of any event.
#[derive(Args, Debug)]
pub(super) struct Watch {
    #[command(flatten)]
    keywords: KeywordArguments,
    /// A metadata filter in the syntax of AIP-160, such as 'section = "要闻"'.
    #[arg(long = "filter", value_name = "TEXT", default_value = "")]
    filter: String,
    /// The fields to request of each article.
    #[arg(long, value_enum, default_value = "basic")]
    view: View,
    /// Resumes after the event or the list that returned this token. Default: from now on.
    #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
    resume: String,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Watch {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let mut request = WatchArticlesRequest {
            keywords: self.keywords.filter(),
            filter: self.filter,
            view: proto::ArticleView::from(self.view).into(),
            resume_token: self.resume,
        };
        let watch = self.server.connect().await?.watch(request.clone()).on_retry(|error| {
            let _ = writeln!(io::stderr(), "articled: {}; reconnecting", printable(&describe(error)));
        });
        let ended = tokio::select! {
            () = interrupted => Ok(()),
            ended = print(watch, &mut request.resume_token, self.output) => ended,
        };
        if !self.output.is_json() && !request.resume_token.is_empty() {
            // Ignored if standard error is closed.
            let _ = writeln!(io::stderr(), "to continue from here: --resume {}", request.resume_token);
        }
        ended
    }
}

/// Prints events until the watch fails permanently. `resume_token` is set to that of the last printed event.
async fn print(
    watch: articled_client::Watch,
    resume_token: &mut String,
    output: OutputArguments,
) -> anyhow::Result<()> {
    let mut out = Out::new();
    let mut events = pin!(watch.events());
    while let Some(response) = events.try_next().await.map_err(explain)? {
        if output.is_json() {
            out.json(&response)?;
        } else {
            match &response.event {
                Some(Event::Upserted(article)) => out.text(&table::line(article))?,
                Some(Event::Deleted(name)) => out.text(&format!("gone {name}"))?,
                Some(Event::Checkpoint(_)) | None => {}
            }
        }
        // So that each event is visible at once.
        out.flush()?;
        *resume_token = response.resume_token;
    }
    Ok(())
}
