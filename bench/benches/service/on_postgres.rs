//! The service on PostgreSQL: writing, sizes, and calls, each as on SQLite. The limit of writing is the rows alone, in a table of the
//! same server.
//!
//! Creates two schemas on the given server, and drops them at the end.

use std::time::Duration;

use articled::metrics::Registry;
use articled::store::{Access, SharedStore};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::calls;
use crate::corpus::Corpus;
use crate::options::Options;
use crate::process::{Server, cpu_of};
use crate::rows::encoded_rows;
use crate::table::{Table, median};
use crate::writing::{self, BATCH, Batch};

const STORE: &str = "articled_bench";
const ROWS: &str = "articled_bench_rows";

pub(crate) async fn measure(options: &Options, corpus: &Corpus, url: &str) -> Table {
    let mut table = Table::default();
    let server: PgConnectOptions = url.parse().expect("a URL");
    let mut admin = server.disable_statement_logging().connect().await.expect("a PostgreSQL server");
    let store = if url.contains('?') { format!("{url}&") } else { format!("{url}?") };
    let store = format!("{store}options=-csearch_path%3D{STORE}");
    if !options.reuse {
        drop_schemas(&mut admin).await;
        execute(&mut admin, &format!("CREATE SCHEMA {STORE}; CREATE SCHEMA {ROWS}")).await;
        ingest(options, corpus, &store, &mut admin, &mut table).await;
    }
    let ours = Server::of(&store).await;
    table.line("start to the first page", "ms", ours.start.as_secs_f64() * 1e3, "");
    if options.wants("get") {
        calls::measure_gets_alone(options, &ours, &mut table).await;
    }
    if options.wants("filter") {
        calls::measure_filters(options, corpus, &ours, &mut table).await;
    }
    table.line("memory after all this", "MB", ours.resident_mb().0, "");
    drop(ours);
    if !options.keep {
        drop_schemas(&mut admin).await;
    }
    table
}

async fn execute(admin: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await.expect("it is carried out");
}

async fn drop_schemas(admin: &mut PgConnection) {
    execute(admin, &format!("DROP SCHEMA IF EXISTS {STORE} CASCADE; DROP SCHEMA IF EXISTS {ROWS} CASCADE")).await;
}

/// Fills a new store, alternating with slices of the rows alone.
async fn ingest(options: &Options, corpus: &Corpus, url: &str, admin: &mut PgConnection, table: &mut Table) {
    let access = Access { read_only: false, keep_deletions: u64::MAX, direct_database: None, replica: None };
    let store: SharedStore = articled::store::open(url, access, Registry::off()).await.expect("a store");
    execute(admin, &format!("CREATE TABLE {ROWS}.article (name text PRIMARY KEY, effective_us bigint, encoded bytea)"))
        .await;
    let articles = options.articles;
    let slice = articles.div_ceil(options.rounds).next_multiple_of(BATCH);
    let mut batches: Vec<Batch> = Vec::new();
    let (mut row_rates, mut text_bytes, mut cpu) = (Vec::new(), 0, Duration::ZERO);
    let mut most_blocks = 0;
    for first in (0..articles).step_by(BATCH) {
        if first.is_multiple_of(slice) {
            eprintln!("{first} articles");
            writing::settle().await;
            row_rates.push(insert_rows(admin, corpus, first..articles.min(first + slice)).await);
        }
        let batch: Vec<_> = (first..articles.min(first + BATCH)).map(|number| corpus.article(number)).collect();
        text_bytes += batch.iter().map(|new| new.content.body.len() + new.content.headline.len()).sum::<usize>();
        let before = cpu_of("self");
        batches.push(writing::write(&store, batch).await);
        cpu += cpu_of("self").saturating_sub(before);
        if first.is_multiple_of(20 * BATCH) {
            most_blocks =
                most_blocks.max(size(admin, &format!("pg_total_relation_size('{STORE}.keyword_block')")).await);
        }
    }
    writing::settle().await;
    let took: Duration = batches.iter().map(|batch| batch.took).sum();
    let rate = articles as f64 / took.as_secs_f64();
    let ms = |batch: &Batch| batch.took.as_secs_f64() * 1e3;
    table.limit("ingest, batches of 500; limit: the rows alone", "/s", median(row_rates), rate, "≥ 0.12");
    table.line("median batch", "ms", median(batches.iter().map(ms)), "");
    table.line("longest batch", "ms", batches.iter().map(ms).fold(0.0, f64::max), "");
    table.line(
        "ingest, the instance's time on the cores an article",
        "µs",
        cpu.as_secs_f64() * 1e6 / articles as f64,
        "",
    );
    let text_mb = text_bytes as f64 / 1e6;
    let mb = |bytes: u64| bytes as f64 / 1e6;
    let live = size(admin, &format!("(SELECT sum(length(bytes)) FROM {STORE}.keyword_block)")).await;
    table.limit("keyword index; limit: the text", "MB", text_mb, mb(live), "≤ 0.6");
    table.limit(
        "table of the index, the most, with dead rows; limit: the live index at the end",
        "MB",
        mb(live),
        mb(most_blocks),
        "≤ 3",
    );
    let all = "(SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'";
    let all = size(admin, &format!("{all} AND relnamespace = '{STORE}'::regnamespace)")).await;
    table.limit("all tables; limit: the text", "MB", text_mb, mb(all), "");
    store.close().await;
}

async fn size(admin: &mut PgConnection, expression: &str) -> u64 {
    let sql = format!("SELECT ({expression})::bigint");
    let size: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(admin).await.expect("a size");
    size.unsigned_abs()
}

/// Rows a second, in transactions as long as the store's.
async fn insert_rows(admin: &mut PgConnection, corpus: &Corpus, numbers: std::ops::Range<usize>) -> f64 {
    let rows = numbers.len();
    let mut took = Duration::ZERO;
    let sql = format!("INSERT INTO {ROWS}.article SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])");
    for first in numbers.clone().step_by(BATCH) {
        let batch = encoded_rows((first..numbers.end.min(first + BATCH)).map(|number| corpus.article(number)));
        let names: Vec<String> = batch.iter().map(|(name, ..)| name.id().to_owned()).collect();
        let times: Vec<i64> = batch.iter().map(|(_, time, _)| *time).collect();
        let encoded: Vec<&[u8]> = batch.iter().map(|(.., encoded)| encoded.as_slice()).collect();
        let begun = std::time::Instant::now();
        let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(names).bind(times).bind(encoded);
        query.execute(&mut *admin).await.expect("rows");
        took += begun.elapsed();
    }
    rows as f64 / took.as_secs_f64()
}
