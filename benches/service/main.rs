//! What the whole service costs, over gRPC, beside the least that it could cost in the same run.
//!
//!     cargo bench --bench service -- [--articles N] [--text FILE.jsonl] [--seed N] [--folder PATH] [--rounds N]
//!         [--seconds N] [--only memory,get,list,filter] [--reuse] [--plot FILE.svg]
//!
//! Articles of about 800 characters are put together from sentences: those of the `text` of each line of a file, or, by
//! default, invented ones. They are ingested into a new store; then the service runs in a process of its own, and beside
//! it a bare tonic handler that answers the same bytes from memory. Rounds of both alternate; a figure is the median of
//! its rounds. Clients run on the same cores, so only ratios tell much.

mod corpus;
mod ingest;
mod load;
mod plot;
mod process;
mod table;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use articled::rpc::proto;
use bytes::Bytes;
use prost::Message;

use self::corpus::{Corpus, Question, Random};
use self::load::{Clients, Round, median};
use self::process::{BARE_ARTICLES, Server};
use self::table::Table;

const CONNECTIONS: usize = 8;
const IN_FLIGHT: usize = 16;

/// How many requests a task has ready; then it begins again.
const REQUESTS: usize = 2000;

struct Options {
    articles: usize,
    text: Option<String>,
    seed: u64,
    folder: PathBuf,
    rounds: usize,
    round_time: Duration,
    only: Option<String>,
    reuse: bool,
    plot: Option<PathBuf>,
}

impl Options {
    fn from_arguments() -> Self {
        let mut options = Self {
            articles: 10_000,
            text: None,
            seed: 1,
            folder: std::env::temp_dir(),
            rounds: 5,
            round_time: Duration::from_secs(2),
            only: None,
            reuse: false,
            plot: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().and_then(|number| number.parse().ok()).expect("a number");
            match argument.as_str() {
                "--articles" => options.articles = number(),
                "--seed" => options.seed = number() as u64,
                "--rounds" => options.rounds = number(),
                "--seconds" => options.round_time = Duration::from_secs(number() as u64),
                "--text" => options.text = arguments.next(),
                "--folder" => options.folder = arguments.next().expect("a folder").into(),
                "--only" => options.only = arguments.next(),
                "--plot" => options.plot = arguments.next().map(PathBuf::from),
                "--reuse" => options.reuse = true,
                // Cargo itself passes this one.
                "--bench" => {}
                other => panic!("what is {other}?"),
            }
        }
        options
    }

    fn wants(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|wanted| wanted == part))
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [kind, database, _] if kind == "serve" => runtime.block_on(process::serve(database)),
        [kind, database, articles] if kind == "bare" => {
            runtime.block_on(process::serve_bare(database, articles.parse().expect("a number")));
        }
        _ => runtime.block_on(run(&Options::from_arguments())),
    }
}

async fn run(options: &Options) {
    let Options { articles, seed, .. } = *options;
    let corpus = Corpus::new(options.text.as_deref(), seed);
    println!("{}", machine());
    println!(
        "{articles} articles from {} sentences ({}), seed {seed}; {} rounds of {} s",
        corpus.sentence_count(),
        options.text.as_deref().map_or("invented", |path| path.rsplit('/').next().unwrap_or(path)),
        options.rounds,
        options.round_time.as_secs(),
    );
    let mut table = Table::default();
    let database = options.folder.join(format!("service-{articles}-{seed}.db"));
    if !(options.reuse && database.exists()) {
        remove(&database);
        report_ingest(&ingest::ingest(&corpus, &database, articles).await, &database, &mut table);
    }

    if options.wants("memory") {
        let empty = options.folder.join("service-empty.db");
        remove(&empty);
        let server = Server::start("serve", &empty, 0);
        Clients::connect(server.address, 1).await.call("ListArticles", list_request()).await;
        table.line("memory, idle and empty", "MB", server.resident_mb().0, "≤ 30");
        drop(server);
        remove(&empty);
    }

    let ours = Server::start("serve", &database, articles);
    table.line("start to listening", "ms", ours.start.as_secs_f64() * 1e3, "≤ 1000");
    let bare = Server::start("bare", &database, articles);
    if options.wants("get") {
        measure_gets(options, &bare, &ours, &mut table).await;
    }
    if options.wants("list") {
        measure_list(options, &bare, &ours, &mut table).await;
    }
    if options.wants("filter") {
        measure_filters(options, &corpus, &ours, &mut table).await;
    }
    let (now, most) = ours.resident_mb();
    table.line("memory after all this", "MB", now, "≤ 300");
    table.line("memory, the most", "MB", most, "≤ 300");
    table.print();
}

fn report_ingest(done: &ingest::Ingest, database: &Path, table: &mut Table) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    table.compare("ingest, batches of 500", "/s", done.rows_per_second, done.per_second, "≥ 0.15");
    table.compare("longest batch / median", "ms", ms(done.median_batch), ms(done.longest_batch), "≤ 3");
    table.line("ingest, cores' time an article", "µs", done.cpu_us, "");
    let file_bytes = std::fs::metadata(database).map_or(0, |file| file.len());
    table.compare("file / text", "MB", done.text_bytes as f64 / 1e6, file_bytes as f64 / 1e6, "");
    if let Some((median, p99)) = done.filter_ms {
        table.line("FilterArticles' search meanwhile, median", "ms", median, "");
        table.line("FilterArticles' search meanwhile, p99", "ms", p99, "≤ 20");
    }
    table.line("largest log", "MiB", done.largest_log as f64 / f64::from(1 << 20), "≤ 64");
    println!("{} articles ingested", done.articles);
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

fn get_request(number: usize) -> Bytes {
    let name = Corpus::name(number).to_string();
    proto::GetArticleRequest { name, view: proto::ArticleView::Full.into() }.encode_to_vec().into()
}

fn list_request() -> Bytes {
    proto::ListArticlesRequest::default().encode_to_vec().into()
}

/// Alternates rounds of the bare server and of ours.
async fn alternate(
    options: &Options,
    servers: [(&Clients, &Server); 2],
    method: &'static str,
    in_flight: usize,
    requests: impl Fn(usize) -> Arc<Vec<Bytes>>,
) -> [Vec<Round>; 2] {
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..options.rounds {
        for ((clients, server), rounds) in servers.iter().zip(&mut rounds) {
            rounds.push(clients.round(server, method, in_flight, options.round_time, &requests).await);
        }
    }
    rounds
}

async fn measure_gets(options: &Options, bare: &Server, ours: &Server, table: &mut Table) {
    // The bare server does not hold more.
    let articles = options.articles.min(BARE_ARTICLES);
    let uniform = |random: &mut Random| random.below(articles);
    // By its rank, which is about (n + 1)^u for s = 1; ranks are spread over all the articles.
    let zipf = |random: &mut Random| {
        let rank = ((articles as f64 + 1.0).powf(random.share()) as usize).clamp(1, articles) - 1;
        (rank * 7919 + 13) % articles
    };
    type Draw<'a> = &'a dyn Fn(&mut Random) -> usize;
    let draws: [(&str, Draw, &str); 2] = [("uniform", &uniform, "≥ 0.80"), ("Zipf", &zipf, "≥ 0.95")];
    let (bare_many, ours_many) =
        (Clients::connect(bare.address, CONNECTIONS).await, Clients::connect(ours.address, CONNECTIONS).await);
    for (name, draw, target) in draws {
        let lanes: Vec<Arc<Vec<Bytes>>> = (0..CONNECTIONS * IN_FLIGHT)
            .map(|lane| {
                let mut random = Random(options.seed + 1000 * lane as u64);
                Arc::new((0..REQUESTS).map(|_| get_request(draw(&mut random))).collect())
            })
            .collect();
        let servers = [(&bare_many, bare), (&ours_many, ours)];
        let [limit, got] = alternate(options, servers, "GetArticle", IN_FLIGHT, |lane| Arc::clone(&lanes[lane])).await;
        let what = format!("GetArticle, {name}, {CONNECTIONS} × {IN_FLIGHT} in flight");
        let both = |figure: fn(&Round) -> f64| (median(&limit, figure), median(&got, figure));
        let (limit_figure, figure) = both(|round| round.per_second);
        table.compare(&what, "/s", limit_figure, figure, target);
        let (limit_figure, figure) = both(|round| round.p99_us);
        table.compare(&format!("{what}, p99"), "µs", limit_figure, figure, "≤ 1.5");
        let (limit_figure, figure) = both(|round| round.cpu_us);
        table.compare(&format!("{what}, server's time on the cores"), "µs", limit_figure, figure, "");
    }
    let (bare_one, ours_one) = (Clients::connect(bare.address, 1).await, Clients::connect(ours.address, 1).await);
    let mut random = Random(options.seed);
    let requests: Arc<Vec<Bytes>> = Arc::new((0..20_000).map(|_| get_request(random.below(articles))).collect());
    let servers = [(&bare_one, bare), (&ours_one, ours)];
    let [limit, got] = alternate(options, servers, "GetArticle", 1, |_| Arc::clone(&requests)).await;
    let p50 = |rounds: &[Round]| median(rounds, |round| round.p50_us);
    table.compare("GetArticle, uniform, one in flight, p50", "µs", p50(&limit), p50(&got), "≤ 1.6");
}

async fn measure_list(options: &Options, bare: &Server, ours: &Server, table: &mut Table) {
    let (bare_one, ours_one) = (Clients::connect(bare.address, 1).await, Clients::connect(ours.address, 1).await);
    let requests = Arc::new(vec![list_request()]);
    let servers = [(&bare_one, bare), (&ours_one, ours)];
    let [limit, got] = alternate(options, servers, "ListArticles", 1, |_| Arc::clone(&requests)).await;
    let (limit_p50, p50) = (median(&limit, |round| round.p50_us), median(&got, |round| round.p50_us));
    table.compare("ListArticles, 50 BASIC, p50, limit without reading", "µs", limit_p50, p50, "");
    let (limit_cpu, cpu) = (median(&limit, |round| round.cpu_us), median(&got, |round| round.cpu_us));
    table.compare("ListArticles, server's time on the cores", "µs", limit_cpu, cpu, "");
}

async fn measure_filters(options: &Options, corpus: &Corpus, ours: &Server, table: &mut Table) {
    let clients = Clients::connect(ours.address, 1).await;
    let mut all = Vec::new();
    for question in corpus.questions() {
        let Question { class, all: keywords, any, none, page } = &question;
        let filter = proto::KeywordFilter {
            all: keywords.clone(),
            any: any.clone(),
            none: none.clone(),
            ..proto::KeywordFilter::default()
        };
        let mut request = proto::FilterArticlesRequest { keywords: Some(filter), ..Default::default() };
        let mut answer = proto::FilterArticlesResponse::default();
        for _ in 0..*page {
            request.page_token = answer.next_page_token;
            let bytes = clients.call("FilterArticles", request.encode_to_vec().into()).await;
            answer = proto::FilterArticlesResponse::decode(bytes).expect("an answer");
            if answer.next_page_token.is_empty() {
                break;
            }
        }
        let request: Bytes = request.encode_to_vec().into();
        let time = options.round_time / 4;
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let requests = Arc::new(vec![request.clone()]);
            rounds.push(clients.round(ours, "FilterArticles", 1, time, |_| Arc::clone(&requests)).await);
        }
        let p50_ms = median(&rounds, |round| round.p50_us) / 1e3;
        all.push((class.clone(), p50_ms));
        let more = if answer.next_page_token.is_empty() { "" } else { ", and more" };
        let what = format!("FilterArticles, {class} ({} found{more})", answer.matches.len());
        let target = if class.contains("of common pairs") { "≤ 20" } else { "≤ 5" };
        table.line(&what, "ms", p50_ms, target);
    }
    if let Some(path) = &options.plot {
        let title = format!("FilterArticles, first page of 50 over RPC, {} articles, median", options.articles);
        std::fs::write(path, plot::bars(&title, "ms", 5.0, &all)).expect("a plot");
    }
    let mut figures: Vec<f64> = all.iter().map(|(_, p50_ms)| *p50_ms).collect();
    figures.sort_by(f64::total_cmp);
    table.line("FilterArticles, the median class", "ms", figures[figures.len() / 2], "≤ 2");
}
