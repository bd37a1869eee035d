//! `articled watch`: prints changes of articles.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;
use articled::rpc::proto::watch_articles_response::Event;
use articled::rpc::proto::{self, WatchArticlesRequest, WatchArticlesResponse};
use clap::Args;
use tonic::{Status, Streaming};

use super::client::{Client, ServerArguments, describe, explain, lost_connection};
use super::get::View;
use super::interrupt;
use super::keywords::KeywordArguments;
use super::output::{Out, OutputArguments};
use super::service::later;
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

/// The first and the maximum delay before reconnecting. The delay doubles with each attempt without an event. A restart
/// takes a second or two.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(8);

impl Watch {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let mut request = WatchArticlesRequest {
            keywords: self.keywords.filter(),
            filter: self.filter,
            view: proto::ArticleView::from(self.view).into(),
            resume_token: self.resume,
        };
        let client = self.server.connect().await?;
        let ended = tokio::select! {
            () = interrupted => Ok(()),
            ended = watch(client, &mut request, self.output) => ended,
        };
        if !self.output.is_json() && !request.resume_token.is_empty() {
            // Ignored if standard error is closed.
            let _ = writeln!(io::stderr(), "to continue from here: --resume {}", request.resume_token);
        }
        ended
    }
}

/// Prints events until the watch fails permanently. The request's token is that of the last printed event, so that the next
/// stream after a lost connection continues there.
async fn watch(mut client: Client, request: &mut WatchArticlesRequest, output: OutputArguments) -> anyhow::Result<()> {
    let mut out = Out::new();
    let mut pause = FIRST_PAUSE;
    let mut was_connected = false;
    loop {
        let token = request.resume_token.clone();
        let status = match client.watch_articles(request.clone()).await {
            Ok(events) => print(events.into_inner(), request, &mut out, output).await?,
            Err(status) => status,
        };
        let progressed = request.resume_token != token;
        was_connected |= progressed;
        // Without a token the next stream would start later than the lost one, and miss events.
        if !was_connected || !lost_connection(&status) {
            return Err(explain(status));
        }
        pause = if progressed { FIRST_PAUSE } else { MAX_PAUSE.min(2 * pause) };
        let _ = writeln!(io::stderr(), "articled: {}; reconnecting", printable(&describe(&status)));
        tokio::time::sleep(later(&status).unwrap_or(pause)).await;
    }
}

/// Prints one stream to its end, and returns the status that ended it.
async fn print(
    mut events: Streaming<WatchArticlesResponse>,
    request: &mut WatchArticlesRequest,
    out: &mut Out,
    output: OutputArguments,
) -> anyhow::Result<Status> {
    loop {
        let response = match events.message().await {
            Ok(Some(response)) => response,
            Ok(None) => return Ok(Status::unavailable("the server ended the watch without a reason")),
            Err(status) => return Ok(status),
        };
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
        request.resume_token = response.resume_token;
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;

    #[test]
    fn only_a_lost_connection_is_made_again() {
        let check = |status: Status, expected| assert_eq!(lost_connection(&status), expected, "{status}");
        let details = ErrorDetails::with_error_info("STORE_FAILED", "articled", std::collections::HashMap::new());
        check(Status::unavailable("stopping"), true);
        check(Status::unknown("h2 protocol error"), true);
        check(Status::with_error_details(Code::Internal, "damaged", details), false);
        check(Status::out_of_range("RESUME_TOKEN_EXPIRED"), false);
        check(Status::invalid_argument("filter"), false);
    }
}
