//! Writing: stores the articles in a new store in durable batches, alternating with slices of bare rows, while a reader
//! searches.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use articled::article::View;
use articled::query::{Cursor, Keyword, KeywordFilter, KeywordMatch, Order, PageSize};
use articled::store::sqlite::SqliteStore;
use articled::store::{ArticleStore, Search};

use crate::corpus::{Corpus, Question};
use crate::options::Options;
use crate::process::cpu_of;
use crate::rows::RowTable;
use crate::table::{Table, median};
use crate::writing::{self, BATCH, Batch};

/// Fills a new store and measures it.
pub(crate) async fn ingest(options: &Options, corpus: &Corpus, database: &Path, table: &mut Table) {
    let articles = options.articles;
    let store = writing::open(database, false).await;
    let mut rows = RowTable::create(database).await;
    let done = Arc::new(AtomicBool::new(false));
    let searches = tokio::spawn(search_meanwhile(Arc::clone(&store), corpus.questions(), Arc::clone(&done)));
    let log = database.with_extension("db-wal");
    let mut batches: Vec<Batch> = Vec::new();
    let (mut cpu, mut row_rates) = (Duration::ZERO, Vec::new());
    let (mut text_bytes, mut largest_log) = (0, 0);
    let slice = articles.div_ceil(options.rounds).next_multiple_of(BATCH);
    for first in (0..articles).step_by(BATCH) {
        if first.is_multiple_of(slice) {
            eprintln!("{first} articles");
            let cpu_before = cpu_of("self");
            writing::settle().await;
            cpu += cpu_of("self").saturating_sub(cpu_before);
            // As many rows as articles, because the first rows of a file are only in its log and cost a fraction of later
            // ones.
            row_rates.push(insert_rows(&mut rows, corpus, first..articles.min(first + slice)).await);
        }
        let batch: Vec<_> = (first..articles.min(first + BATCH)).map(|number| corpus.article(number)).collect();
        text_bytes += batch.iter().map(|new| new.content.body.len() + new.content.headline.len()).sum::<usize>();
        let cpu_before = cpu_of("self");
        batches.push(writing::write(&store, batch).await);
        cpu += cpu_of("self").saturating_sub(cpu_before);
        largest_log = largest_log.max(std::fs::metadata(&log).map_or(0, |log| log.len()));
    }
    done.store(true, Ordering::Relaxed);
    let searched = searches.await.expect("searches that end");
    rows.remove().await;
    let cpu_before = cpu_of("self");
    writing::settle().await;
    cpu += cpu_of("self").saturating_sub(cpu_before);
    store.close().await;

    let took: Duration = batches.iter().map(|batch| batch.took).sum();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let median_ms = median(batches.iter().map(|batch| ms(batch.took)));
    let longest = |time: fn(&Batch) -> Duration| ms(batches.iter().map(time).max().unwrap_or_default());
    let rate = articles as f64 / took.as_secs_f64();
    table.limit("ingest, batches of 500; limit: the rows alone", "/s", median(row_rates), rate, "≥ 0.15");
    table.limit("longest batch; limit: the median batch", "ms", median_ms, longest(|batch| batch.took), "≤ 3");
    let what = "longest pause of acknowledgements; limit: the median batch";
    table.limit(what, "ms", median_ms, longest(|batch| batch.longest_pause), "");
    table.line("ingest, cores' time an article", "µs", cpu.as_secs_f64() * 1e6 / articles as f64, "");
    let file_bytes = std::fs::metadata(database).map_or(0, |file| file.len());
    let text_mb = text_bytes as f64 / 1e6;
    table.limit("file; limit: the text", "MB", text_mb, file_bytes as f64 / 1e6, "");
    let index_mb = writing::index_bytes(database).await as f64 / 1e6;
    table.limit("keyword index; limit: the text", "MB", text_mb, index_mb, "≤ 0.6");
    if let Some((median, p99)) = searched {
        table.line("FilterArticles' search meanwhile, median", "ms", median, "");
        table.line("FilterArticles' search meanwhile, p99", "ms", p99, "≤ 20");
    }
    table.line("largest log", "MiB", largest_log as f64 / f64::from(1 << 20), "≤ 64");
}

async fn insert_rows(table: &mut RowTable, corpus: &Corpus, numbers: std::ops::Range<usize>) -> f64 {
    let rows = numbers.len();
    let mut took = Duration::ZERO;
    for first in numbers.clone().step_by(BATCH) {
        took += table.write((first..numbers.end.min(first + BATCH)).map(|number| corpus.article(number))).await;
    }
    rows as f64 / took.as_secs_f64()
}

/// Runs queries one after the other with pauses. Returns the median and the 99th percentile, in milliseconds.
async fn search_meanwhile(
    store: Arc<SqliteStore>,
    questions: Vec<Question>,
    done: Arc<AtomicBool>,
) -> Option<(f64, f64)> {
    const PAUSE: Duration = Duration::from_millis(100);
    let mut times = Vec::new();
    for question in questions.iter().filter(|question| question.page == 1).cycle() {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let search = search_of(question, None);
        let begun = Instant::now();
        store.search_encoded(&search).await.expect("a page");
        times.push(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    times.sort_unstable();
    let at =
        |share: f64| times.get(((times.len().max(1) - 1) as f64 * share) as usize).map(|it| it.as_secs_f64() * 1e3);
    Some((at(0.5)?, at(0.99)?))
}

/// A query in the form that the store takes, for the page after a cursor.
pub(crate) fn search_of(question: &Question, after: Option<Cursor>) -> Search {
    let words = |given: &[String]| given.iter().map(|word| Keyword::new(word).expect("a word")).collect();
    let (all, any, none) = (words(&question.all), words(&question.any), words(&question.none));
    let keywords = KeywordFilter::new(all, any, none, Vec::new(), KeywordMatch::Substring).expect("a filter");
    Search {
        keywords: Some(keywords),
        filter: None,
        order: Order::default(),
        page_size: PageSize::default(),
        after,
        view: View::Basic,
        max_page_bytes: 3 << 20,
        count_total: false,
    }
}
