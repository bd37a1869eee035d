//! Benchmark of the whole service, compared with lower bounds of the cost and with other engines, in one run.
//!
//!     cargo bench -p articled-bench --bench service -- [--articles N] [--text FILE.jsonl] [--seed N] [--folder PATH]
//!         [--rounds N] [--seconds N] [--only memory,get,list,filter,settings,peers] [--reuse] [--plot FILE.svg]
//!         [--peers N] [--postgres URL]
//!     … -- --growth 10000,100000 [--plots FOLDER] …       the same for each size, then a table of growth
//!     … -- --on-postgres URL [--keep] …                   the service on PostgreSQL
//!     … -- --import --articles N …                        the real commands: import while others search
//!
//! Articles of about 800 characters are generated from sentences: those in the `text` of each line of a file, or, by
//! default, invented ones. They are ingested into a new store. Then the service runs in a process of its own, and so does
//! the bare server, a tonic handler that responds with the same bytes. Rounds of both alternate; a figure is the median of
//! its rounds. Clients run on the same cores, so only ratios are meaningful. With `--no-default-features` there are no other
//! engines, and the bare server's ListArticles does not read its page.

mod calls;
mod corpus;
mod growth;
mod import;
mod ingest;
mod load;
mod on_postgres;
mod options;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "peers")]
mod plain;
mod plot;
mod process;
mod rows;
mod settings;
mod table;
mod wire;
mod writing;

use std::path::Path;

use self::corpus::Corpus;
use self::load::Clients;
use self::options::Options;
use self::process::Server;
use self::table::Table;

/// The same as the service's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [kind, database, articles] if kind == process::BARE => {
            runtime.block_on(process::serve_bare(database, articles.parse().expect("a number")));
        }
        _ => {
            process::build();
            runtime.block_on(run(&Options::from_arguments()));
        }
    }
}

async fn run(options: &Options) {
    println!("{}", machine());
    let features = if cfg!(feature = "peers") { "" } else { " --no-default-features" };
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    println!("cargo bench -p articled-bench{features} --bench service -- {}\n", arguments.join(" "));
    let corpus = Corpus::new(options.text.as_deref(), options.seed);
    match () {
        () if options.on_postgres.is_some() => {
            let url = options.on_postgres.as_deref().unwrap_or_default();
            on_postgres::measure(options, &corpus, url).await.print();
        }
        () if options.import => import::measure(options, corpus).await.print(),
        () if !options.growth.is_empty() => growth::run(options, &corpus).await,
        () => measure(options, &corpus).await.print(),
    }
}

/// Runs all requested measurements of one size.
async fn measure(options: &Options, corpus: &Corpus) -> Table {
    let Options { articles, seed, .. } = *options;
    println!(
        "{articles} articles from {} sentences ({}), seed {seed}; medians of {} rounds of {} s\n",
        corpus.sentence_count(),
        options.text.as_deref().map_or("invented", |path| path.rsplit('/').next().unwrap_or(path)),
        options.rounds,
        options.round_time.as_secs(),
    );
    let mut table = Table::default();
    let database = options.folder.join(format!("service-{articles}-{seed}.db"));
    if !(options.reuse && database.exists()) {
        remove(&database);
        ingest::ingest(options, corpus, &database, &mut table).await;
    }
    if options.wants("memory") {
        let empty = options.folder.join("service-empty.db");
        remove(&empty);
        let server = Server::service(&empty).await;
        Clients::connect(server.address, 1).await.call("ListArticles", calls::list_request()).await;
        table.line("memory, idle and empty", "MB", server.resident_mb().0, "≤ 30");
        drop(server);
        remove(&empty);
    }
    measure_calls(options, corpus, &database, &mut table).await;
    if options.wants("settings") {
        settings::measure(options, &database, &mut table).await;
    }
    #[cfg(feature = "peers")]
    if options.wants("peers") {
        peers::measure(options, corpus, &mut table).await;
    }
    table
}

async fn measure_calls(options: &Options, corpus: &Corpus, database: &Path, table: &mut Table) {
    let ours = Server::service(database).await;
    table.line("start to the first page", "ms", ours.start.as_secs_f64() * 1e3, "≤ 1000");
    if options.wants("get") || options.wants("list") {
        let bare = Server::bare(database, options.articles);
        if options.wants("get") {
            calls::measure_gets(options, &bare, &ours, table).await;
        }
        if options.wants("list") {
            calls::measure_list(options, &bare, &ours, table).await;
        }
    }
    if options.wants("filter") {
        calls::measure_filters(options, corpus, &ours, table).await;
    }
    let (now, most) = ours.resident_mb();
    table.line("memory after all this", "MB", now, "≤ 300");
    table.line("memory, the most", "MB", most, "≤ 300");
}

fn remove(database: &Path) {
    for suffix in ["db", "db-wal", "db-shm", "db.lock", "db-lock"] {
        let _ = std::fs::remove_file(database.with_extension(suffix));
    }
}

fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores, {}", model.unwrap_or("of a kind that is not told"))
}
