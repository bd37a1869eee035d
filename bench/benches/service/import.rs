//! The long run: the real command imports into a real server, while another client filters over gRPC.
//!
//! An article counts as acknowledged when the command has printed its response. The command prints dozens at once, which
//! limits the resolution of measured pauses.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use prost::Message;

use crate::calls;
use crate::corpus::Corpus;
use crate::load::Clients;
use crate::options::Options;
use crate::process::{self, Server};
use crate::table::Table;

/// The pause between two filter calls of the reader.
const READER_PAUSE: Duration = Duration::from_millis(20);

/// The interval at which the log is read.
const LOG_PAUSE: Duration = Duration::from_millis(10);

/// Imports this many articles.
pub(crate) async fn measure(options: &Options, corpus: Corpus) -> Table {
    let database = options.folder.join(format!("service-import-{}-{}.db", options.articles, options.seed));
    crate::remove(&database);
    let server = Server::service(&database).await;
    let filters: Vec<Bytes> = corpus
        .questions()
        .iter()
        .filter(|question| question.page == 1)
        .map(|question| calls::filter_request(question).encode_to_vec().into())
        .collect();
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read(Clients::connect(server.address, 1).await, filters, Arc::clone(&done)));
    let largest_log = Arc::new(AtomicU64::new(0));
    let log = database.with_extension("db-wal");
    let watcher = tokio::task::spawn_blocking({
        let (done, largest_log) = (Arc::clone(&done), Arc::clone(&largest_log));
        move || {
            while !done.load(Ordering::Relaxed) {
                largest_log.fetch_max(std::fs::metadata(&log).map_or(0, |log| log.len()), Ordering::Relaxed);
                std::thread::sleep(LOG_PAUSE);
            }
        }
    });
    let (server_url, articles) = (format!("http://{}", server.address), options.articles);
    let imported = tokio::task::spawn_blocking(move || import(&server_url, corpus, articles)).await.expect("an import");
    done.store(true, Ordering::Relaxed);
    let mut times = reader.await.expect("a reader that ends");
    watcher.await.expect("a watcher that ends");

    let mut table = Table::default();
    table.line("articles answered", "", imported.answers as f64, "");
    table.line("import by command and server", "/s", imported.answers as f64 / imported.took.as_secs_f64(), "");
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    table.line("longest pause between two acknowledged articles", "ms", ms(imported.longest_pause), "");
    let last = times.split_off(times.len() - times.len() / 10);
    for (name, mut times) in [("first nine tenths", times), ("last tenth", last)] {
        times.sort_unstable();
        let at =
            |share: f64| times.get((times.len().saturating_sub(1) as f64 * share) as usize).copied().map_or(0.0, ms);
        for (which, share, target) in [("median", 0.5, ""), ("p99", 0.99, "≤ 20"), ("longest", 1.0, "")] {
            let line = table.push(&format!("filter's first page over RPC, {which}, {name}"), "ms", at(share), target);
            line.note = format!("of {}", times.len());
        }
    }
    table.line("largest log", "MiB", largest_log.load(Ordering::Relaxed) as f64 / f64::from(1 << 20), "≤ 64");
    table.line("server's memory, the most", "MB", server.resident_mb().1, "≤ 300");
    let file_bytes = std::fs::metadata(&database).map_or(0, |file| file.len());
    table.limit("file; limit: the text", "MB", imported.text_bytes as f64 / 1e6, file_bytes as f64 / 1e6, "");
    drop(server);
    crate::remove(&database);
    table
}

/// Sends one filter call after the other until the import is done.
async fn read(clients: Clients, filters: Vec<Bytes>, done: Arc<AtomicBool>) -> Vec<Duration> {
    let mut times = Vec::new();
    for filter in filters.iter().cycle() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let begun = Instant::now();
        clients.call("FilterArticles", filter.clone()).await;
        times.push(begun.elapsed());
        tokio::time::sleep(READER_PAUSE).await;
    }
    times
}

struct Imported {
    answers: usize,
    took: Duration,
    longest_pause: Duration,
    text_bytes: usize,
}

fn import(server: &str, corpus: Corpus, articles: usize) -> Imported {
    let mut child = Command::new(process::articled())
        .args(["import", "-", "--format", "jsonl", "--output", "json", "--server", server])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("an import");
    let (stdin, stdout) = (child.stdin.take().expect("it is piped"), child.stdout.take().expect("it is piped"));
    let begun = Instant::now();
    let writer = std::thread::spawn(move || write_lines(stdin, &corpus, articles));
    let (answers, longest_pause) = read_answers(stdout);
    let took = begun.elapsed();
    let text_bytes = writer.join().expect("a writer that ends");
    assert!(child.wait().expect("it ends").success(), "the import failed");
    Imported { answers, took, longest_pause, text_bytes }
}

/// The documents as JSONL, generated as they are read.
fn write_lines(stdin: ChildStdin, corpus: &Corpus, articles: usize) -> usize {
    let mut stdin = BufWriter::new(stdin);
    let mut text_bytes = 0;
    for number in 0..articles {
        let content = corpus.article(number).content;
        let text = format!("{}\n{}", content.headline, content.body);
        text_bytes += text.len();
        let time = content.publish_time.map(|published| published.time.to_string());
        let url = content.url.map(|url| url.as_str().to_owned());
        let line = serde_json::json!({ "text": text, "url": url, "timestamp": time });
        writeln!(stdin, "{line}").expect("the import reads");
    }
    text_bytes
}

/// The number of responses, and the longest pause between two.
fn read_answers(stdout: ChildStdout) -> (usize, Duration) {
    let (mut answers, mut longest) = (0, Duration::ZERO);
    let mut last: Option<Instant> = None;
    for line in BufReader::new(stdout).lines() {
        line.expect("an answer");
        answers += 1;
        let now = Instant::now();
        longest = longest.max(last.map_or(Duration::ZERO, |last| now - last));
        last = Some(now);
        if answers % 50_000 == 0 {
            eprintln!("{answers} articles");
        }
    }
    (answers, longest)
}
