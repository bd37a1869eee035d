//! `articled watch`: articles as they come, change and go.

use std::io::{self, Write};

use anyhow::Context;
use articled::rpc::proto::watch_articles_response::Event;
use articled::rpc::proto::{self, WatchArticlesRequest};
use clap::Args;

use super::client::{ServerArguments, explain};
use super::get::View;
use super::interrupt;
use super::keywords::KeywordArguments;
use super::output::{Out, OutputArguments};
use super::table;

/// Prints articles as they are created, changed and deleted, until Ctrl-C.
///
/// Without words or --filter, all of them. `--output json` prints each event of WatchArticles, checkpoints too; its
/// `resumeToken` is what --resume takes.
#[derive(Args, Debug)]
pub struct Watch {
    #[command(flatten)]
    keywords: KeywordArguments,
    /// A restriction in the language of AIP-160, such as 'section = "要闻"'.
    #[arg(long = "filter", value_name = "TEXT", default_value = "")]
    filter: String,
    /// How much of each article to ask for.
    #[arg(long, value_enum, default_value = "basic")]
    view: View,
    /// Goes on after the event, or from the list, that this token came with. Default: from now on.
    #[arg(long, value_name = "TOKEN", default_value = "", hide_default_value = true)]
    resume: String,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    output: OutputArguments,
}

impl Watch {
    pub async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let mut interrupted = std::pin::pin!(interrupted);
        let request = WatchArticlesRequest {
            keywords: self.keywords.filter(),
            filter: self.filter,
            view: proto::ArticleView::from(self.view).into(),
            resume_token: self.resume,
        };
        let mut client = self.server.connect().await?;
        let mut events = client.watch_articles(request).await.map_err(explain)?.into_inner();
        let mut out = Out::new();
        let mut token = String::new();
        let ended = loop {
            let response = tokio::select! {
                () = &mut interrupted => break Ok(()),
                response = events.message() => response,
            };
            let response = match response {
                Ok(Some(response)) => response,
                Ok(None) => break Err(anyhow::anyhow!("the server ended the watch without a reason")),
                Err(status) => break Err(explain(status)),
            };
            if self.output.is_json() {
                out.json(&response)?;
            } else {
                match &response.event {
                    Some(Event::Upserted(article)) => out.text(&table::line(article))?,
                    Some(Event::Deleted(name)) => out.text(&format!("gone {name}"))?,
                    Some(Event::Checkpoint(_)) | None => {}
                }
            }
            // Someone watches.
            out.flush()?;
            token = response.resume_token;
        };
        if !self.output.is_json() && !token.is_empty() {
            // If standard error is closed, nobody wants to know.
            let _ = writeln!(io::stderr(), "to go on from here: --resume {token}");
        }
        ended
    }
}
