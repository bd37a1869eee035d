//! Calls over gRPC: alternating rounds of the bare server and the service.

use std::sync::Arc;

use articled::rpc::proto;
use bytes::Bytes;
use prost::Message;

use crate::corpus::{Corpus, Question, Random};
use crate::load::{Clients, Round, median};
use crate::options::Options;
use crate::plot;
use crate::process::{BARE_ARTICLES, Server};
use crate::table::{self, Table};

pub(crate) const CONNECTIONS: usize = 8;
pub(crate) const IN_FLIGHT: usize = 16;

/// The number of prepared requests of a task, which it sends in a cycle.
pub(crate) const REQUESTS: usize = 2000;

pub(crate) fn get_request(number: usize) -> Bytes {
    let name = Corpus::name(number).to_string();
    proto::GetArticleRequest { name, view: proto::ArticleView::Full.into() }.encode_to_vec().into()
}

pub(crate) fn list_request() -> Bytes {
    proto::ListArticlesRequest::default().encode_to_vec().into()
}

/// Alternates rounds of the bare server and the service.
async fn alternate(
    options: &Options,
    servers: [(&Clients, &Server); 2],
    method: &'static str,
    in_flight: usize,
    requests: impl Fn(usize) -> Arc<Vec<Bytes>>,
) -> [Vec<Round>; 2] {
    let mut rounds = [Vec::new(), Vec::new()];
    for number in 0..=options.rounds {
        for ((clients, server), rounds) in servers.iter().zip(&mut rounds) {
            let round = clients.round(server, method, in_flight, options.round_time, &requests).await;
            // A warm-up round, which fills caches.
            if number > 0 {
                rounds.push(round);
            }
        }
    }
    rounds
}

pub(crate) async fn measure_gets(options: &Options, bare: &Server, ours: &Server, table: &mut Table) {
    // The bare server has no more articles.
    let articles = options.articles.min(BARE_ARTICLES);
    let uniform = |random: &mut Random| random.below(articles);
    // Zipf distribution by rank, about (n + 1)^u for s = 1; ranks are spread over all articles.
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
        table.limit(&what, "/s", limit_figure, figure, target);
        let (limit_figure, figure) = both(|round| round.p99_us);
        table.limit(&format!("{what}, p99"), "µs", limit_figure, figure, "≤ 1.5");
        let (limit_figure, figure) = both(|round| round.cpu_us);
        table.limit(&format!("{what}, server's time on the cores"), "µs", limit_figure, figure, "");
    }
    let (bare_one, ours_one) = (Clients::connect(bare.address, 1).await, Clients::connect(ours.address, 1).await);
    let mut random = Random(options.seed);
    let requests: Arc<Vec<Bytes>> = Arc::new((0..20_000).map(|_| get_request(random.below(articles))).collect());
    let servers = [(&bare_one, bare), (&ours_one, ours)];
    let [limit, got] = alternate(options, servers, "GetArticle", 1, |_| Arc::clone(&requests)).await;
    let p50 = |rounds: &[Round]| median(rounds, |round| round.p50_us);
    table.limit("GetArticle, uniform, one in flight, p50", "µs", p50(&limit), p50(&got), "≤ 1.6");
    if options.articles > articles {
        let requests: Arc<Vec<Bytes>> =
            Arc::new((0..20_000).map(|_| get_request(random.below(options.articles))).collect());
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let requests = Arc::clone(&requests);
            rounds.push(ours_one.round(ours, "GetArticle", 1, options.round_time, |_| Arc::clone(&requests)).await);
        }
        table.line("GetArticle, of all the articles, one in flight, p50", "µs", p50(&rounds), "");
    }
}

/// Gets without a bare server beside them.
pub(crate) async fn measure_gets_alone(options: &Options, ours: &Server, table: &mut Table) {
    for (connections, in_flight) in [(1, 1), (CONNECTIONS, IN_FLIGHT)] {
        let clients = Clients::connect(ours.address, connections).await;
        let mut random = Random(options.seed);
        let requests: Arc<Vec<Bytes>> =
            Arc::new((0..20_000).map(|_| get_request(random.below(options.articles))).collect());
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let requests = Arc::clone(&requests);
            rounds.push(
                clients.round(ours, "GetArticle", in_flight, options.round_time, |_| Arc::clone(&requests)).await,
            );
        }
        let what = format!("GetArticle, uniform, {connections} × {in_flight} in flight");
        table.line(&format!("{what}, p50"), "µs", median(&rounds, |round| round.p50_us), "");
        table.line(&what, "/s", median(&rounds, |round| round.per_second), "");
    }
    let clients = Clients::connect(ours.address, 1).await;
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        let requests = Arc::new(vec![list_request()]);
        rounds.push(clients.round(ours, "ListArticles", 1, options.round_time, |_| Arc::clone(&requests)).await);
    }
    table.line("ListArticles, 50 BASIC, p50", "µs", median(&rounds, |round| round.p50_us), "");
}

pub(crate) async fn measure_list(options: &Options, bare: &Server, ours: &Server, table: &mut Table) {
    let (bare_one, ours_one) = (Clients::connect(bare.address, 1).await, Clients::connect(ours.address, 1).await);
    let requests = Arc::new(vec![list_request()]);
    let servers = [(&bare_one, bare), (&ours_one, ours)];
    let [limit, got] = alternate(options, servers, "ListArticles", 1, |_| Arc::clone(&requests)).await;
    let (limit_p50, p50) = (median(&limit, |round| round.p50_us), median(&got, |round| round.p50_us));
    // The bare server reads its page only if rusqlite is compiled in.
    let (limit_is, target) =
        if cfg!(feature = "peers") { ("read through rusqlite", "≤ 1.3") } else { ("not read at all", "") };
    table.limit(&format!("ListArticles, 50 BASIC, p50; limit: {limit_is}"), "µs", limit_p50, p50, target);
    let (limit_cpu, cpu) = (median(&limit, |round| round.cpu_us), median(&got, |round| round.cpu_us));
    table.limit("ListArticles, server's time on the cores", "µs", limit_cpu, cpu, "");
}

pub(crate) async fn measure_filters(options: &Options, corpus: &Corpus, ours: &Server, table: &mut Table) {
    let clients = Clients::connect(ours.address, 1).await;
    let mut all = Vec::new();
    for question in corpus.questions() {
        let Question { class, page, .. } = &question;
        let mut request = filter_request(&question);
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
        let target = if class.contains("of common pairs") { "≤ 20" } else { "≤ 5" };
        let line = table.push(&format!("FilterArticles, {class}"), "ms", p50_ms, target);
        line.note = format!("{} found{more}", answer.matches.len());
    }
    if let Some(path) = &options.plot {
        let title = format!("FilterArticles, first page of 50 over RPC, {} articles, median", options.articles);
        std::fs::write(path, plot::bars(&title, "ms", 5.0, &all)).expect("a plot");
    }
    let median = table::median(all.iter().map(|(_, p50_ms)| *p50_ms));
    table.line("FilterArticles, the median class", "ms", median, "≤ 2");
    let of = |class: &str| all.iter().find(|(other, _)| other == class).map_or(0.0, |(_, p50_ms)| *p50_ms);
    table.limit(
        "FilterArticles, 100th page; limit: the first",
        "ms",
        of("2 characters, common"),
        of("2 common, 100th page"),
        "≤ 1.2",
    );
}

pub(crate) fn filter_request(question: &Question) -> proto::FilterArticlesRequest {
    let Question { all, any, none, .. } = question.clone();
    let filter = proto::KeywordFilter { all, any, none, ..proto::KeywordFilter::default() };
    proto::FilterArticlesRequest { keywords: Some(filter), ..Default::default() }
}
