//! `articled reparse`: runs the current parser on stored documents.

use std::time::Duration;

use anyhow::{Context, ensure};
use articled::rpc::proto::{
    Article, ArticleView, ListArticlesRequest, Outcome, ParseArticleRequest, RawDocument, ReparseArticleRequest,
    ReparseArticleResponse,
};
use articled_client::{Client, Error};
use clap::Args;
use futures::{FutureExt, Stream, StreamExt, TryStreamExt, future};
use indicatif::ProgressBar;
use tonic::Code;

use super::client::{describe, explain};
use super::output::{Out, OutputArguments};
use super::service::ServiceArguments;
use super::terminal::printable;
use super::{interrupt, store};

/// How often the progress display is updated.
const PROGRESS_EVERY_MS: u64 = 100;

/// Runs the current parser on stored documents that an older version has parsed.
///
/// It can be interrupted and repeated: articles that are already reparsed are skipped.
#[derive(Args, Debug)]
pub(super) struct Reparse {
    /// Also reparses articles of the current parser version.
    #[arg(long)]
    all: bool,
    /// The maximum number of documents in progress.
    #[arg(long, value_name = "COUNT", default_value = "16", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: u16,
    #[command(flatten)]
    service: ServiceArguments,
    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Debug, Default)]
struct Counts {
    updated: u64,
    unchanged: u64,
    failed: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { updated, unchanged, failed } = self;
        write!(f, "{updated} updated, {unchanged} unchanged, {failed} failed")
    }
}

impl Reparse {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?.shared();
        let service = self.service.open(store::to_write()).await?;
        let mut out = Out::new();
        let done = self.reparse(&service.client, interrupted.clone(), &mut out).await;
        service.close().await;
        let counts = done?;
        if self.output.is_json() {
            eprintln!("{counts}");
        } else {
            out.text(&counts.to_string())?;
        }
        out.flush()?;
        ensure!(
            interrupted.now_or_never().is_none(),
            "interrupted; to continue, run the command again: finished articles are skipped"
        );
        ensure!(counts.failed == 0, "{} articles could not be reparsed; see the errors above", counts.failed);
        Ok(())
    }

    async fn reparse(
        &self,
        client: &Client,
        interrupted: impl Future<Output = ()>,
        out: &mut Out,
    ) -> anyhow::Result<Counts> {
        let below = if self.all { i32::MAX } else { parser_version(client).await? };
        // Visible only if standard error is a terminal.
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(PROGRESS_EVERY_MS));
        let mut counts = Counts::default();
        let old = names(client, below).take_until(Box::pin(interrupted));
        let parsed = old.map(|name| async {
            let name = name.map_err(explain)?;
            let answer = client.reparse_article(ReparseArticleRequest { name: name.clone() }).await;
            anyhow::Ok((name, answer))
        });
        let mut parsed = std::pin::pin!(parsed.buffer_unordered(self.workers.into()));
        while let Some(answered) = parsed.next().await {
            match answered? {
                (_, Ok(response)) => {
                    match response.outcome() {
                        Outcome::Updated => counts.updated += 1,
                        _ => counts.unchanged += 1,
                    }
                    if self.output.is_json() {
                        out.json(&brief(response))?;
                    }
                }
                // Deleted meanwhile.
                (_, Err(Error::Call(error))) if error.code == Code::NotFound => {}
                (name, Err(Error::Call(error))) if is_about_one(error.code) => {
                    progress.suspend(|| eprintln!("articled: {name}: {}", printable(&describe(&error))));
                    counts.failed += 1;
                }
                (_, Err(error)) => {
                    progress.finish_and_clear();
                    return Err(explain(error)
                        .context(format!("{counts} before the failure; to continue, run the command again")));
                }
            }
            progress.set_message(counts.to_string());
        }
        progress.finish_and_clear();
        Ok(counts)
    }
}

/// Whether an error is about one article, so that the command continues with the next.
fn is_about_one(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::FailedPrecondition | Code::Aborted | Code::DeadlineExceeded)
        || code == Code::Internal
}

/// The response without the article's text.
fn brief(response: ReparseArticleResponse) -> ReparseArticleResponse {
    let article = response.article.map(|article| Article {
        name: article.name,
        headline: article.headline,
        revision: article.revision,
        ..Article::default()
    });
    ReparseArticleResponse { article, outcome: response.outcome }
}

/// The parser version of the service, which may differ from this program's. Found by parsing a small document.
async fn parser_version(client: &Client) -> anyhow::Result<i32> {
    // It needs a headline and a body, because a document without them is refused.
    let content = "A bridge opens\nThe bridge across the lake opened today.";
    let document = RawDocument { content: content.into(), content_type: "text/plain".to_owned(), ..Default::default() };
    let parsed = client
        .parse_article(ParseArticleRequest { document: Some(document), ..Default::default() })
        .await
        .map_err(explain)?;
    let report =
        parsed.article.and_then(|article| article.parse_report).context("the server reports no parser version")?;
    Ok(report.parser_version)
}

/// The names of the articles with a parser version below `below`, by create time, which no concurrent update changes.
fn names(client: &Client, below: i32) -> impl Stream<Item = Result<String, Error>> + use<> {
    let request = ListArticlesRequest {
        order_by: "create_time".to_owned(),
        view: ArticleView::Full.into(),
        ..Default::default()
    };
    let is_old =
        move |article: &Article| article.parse_report.as_ref().is_some_and(|report| report.parser_version < below);
    let old = client.list(request).items().try_filter(move |article| future::ready(is_old(article)));
    old.map_ok(|article| article.name)
}
