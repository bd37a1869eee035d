//! `articled export`: writes every match as a line of JSON, which `import` reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use anyhow::{Context, ensure};
use articled::rpc::proto::{self, ExportArticlesRequest};
use clap::Args;
use futures::{FutureExt, StreamExt};
use indicatif::ProgressBar;

use super::client::explain;
use super::get::View;
use super::keywords::KeywordArguments;
use super::output::{Out, article_line};
use super::service::ServiceArguments;
use super::{interrupt, store};

/// How often the progress display is updated.
const PROGRESS_EVERY_MS: u64 = 100;

/// Writes all articles, or those that match, oldest first, as proto3 JSON with one article per line, which `import` reads.
///
/// An export and an import keep names, texts, publish and fetch times, labels, parse reports and documents. The importing
/// store sets create_time, update_time, revision and etag; also effective_time if neither publish nor fetch time is known,
/// and duplicate_of, which may differ if the articles were not originally stored oldest first.
#[derive(Args, Debug)]
pub(super) struct Export {
    #[command(flatten)]
    keywords: KeywordArguments,
    /// A metadata filter in the syntax of AIP-160, such as 'publish_time >= "2024-05-01T00:00:00Z"'.
    #[arg(long = "filter", value_name = "TEXT", default_value = "")]
    filter: String,
    /// The fields to write. Only `raw` includes the documents, which `reparse` needs.
    #[arg(long, value_enum, default_value = "raw")]
    view: View,
    /// The file to write. It appears only when the export is complete. Default: standard output.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    service: ServiceArguments,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let interrupted = interrupt::signals().context("cannot listen for signals")?;
        let request = ExportArticlesRequest {
            keywords: self.keywords.filter(),
            filter: self.filter,
            view: proto::ArticleView::from(self.view).into(),
        };
        let mut target = Target::open(self.to)?;
        let service = self.service.open(store::to_read()).await?;
        let progress = ProgressBar::new_spinner();
        progress.enable_steady_tick(Duration::from_millis(PROGRESS_EVERY_MS));
        let (mut count, mut bytes) = (0_u64, 0_u64);
        let mut interrupted = pin!(interrupted.fuse());
        let mut was_interrupted = false;
        let written = async {
            let mut articles = pin!(service.client.export(request).await.map_err(explain)?);
            loop {
                let next = tokio::select! {
                    next = articles.next() => next,
                    () = &mut interrupted => {
                        was_interrupted = true;
                        None
                    }
                };
                let Some(article) = next else { break };
                let line = article_line(article.map_err(explain)?)?;
                target.line(&line)?;
                count += 1;
                bytes += line.len() as u64 + 1;
                progress.set_message(format!("{count} articles, {}", indicatif::HumanBytes(bytes)));
            }
            anyhow::Ok(())
        };
        let written = written.await;
        progress.finish_and_clear();
        service.close().await;
        written?;
        ensure!(!was_interrupted, "interrupted after {count} articles; an export cannot be resumed");
        target.finish()?;
        eprintln!("{count} articles");
        Ok(())
    }
}

/// Where the lines are written.
enum Target {
    Out(Out),
    File { writer: BufWriter<File>, part: PathBuf, path: PathBuf },
}

impl Target {
    fn open(path: Option<PathBuf>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::Out(Out::new())) };
        let part = part_of(&path);
        let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        Ok(Self::File { writer: BufWriter::new(file), part, path })
    }

    fn line(&mut self, line: &str) -> anyhow::Result<()> {
        match self {
            Self::Out(out) => out.json_line(line),
            Self::File { writer, part, .. } => {
                writeln!(writer, "{line}").with_context(|| format!("cannot write {}", part.display()))
            }
        }
    }

    /// Syncs the file and renames it to its final name.
    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Out(mut out) => out.flush(),
            Self::File { writer, part, path } => {
                let written = writer.into_inner().map_err(std::io::IntoInnerError::into_error);
                let synced = written.and_then(|file| file.sync_all());
                let named = synced.and_then(|()| std::fs::rename(&part, &path));
                named.with_context(|| format!("cannot write {}", path.display()))
            }
        }
    }
}

/// The name of the file while it is incomplete.
fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part.into()
}
