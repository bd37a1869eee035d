//! Runs the comparison of the indexes, and prints the results.

use std::sync::Arc;

use super::build::{self, Built};
use super::fts5::Fts5;
use super::ours::{Ours, Rows};
use super::postgres::Postgres;
use super::questions::{self, Answered, Way};
use super::tantivy::Tantivy;
use super::{Index, Ranks};
use crate::corpus::Corpus;
use crate::options::Options;
use crate::table::{self, Table, figure, median};

/// The name of a page whose articles are read.
const ARTICLES: &str = "articles";

/// Builds and queries every index. Figures with a target go into the table; the others are printed separately.
pub async fn measure(options: &Options, corpus: &Corpus, table: &mut Table) {
    let articles = options.peer_articles();
    let ranks = Arc::new(Ranks::new(corpus, articles));
    let database = options.folder.join(format!("service-peers-{articles}-{}.db", options.seed));
    crate::remove(&database);

    let mut ours = Ours::create(database.clone(), Arc::clone(&ranks)).await;
    let mut rows = Rows::create(&database).await;
    let mut pairs = Fts5::pairs(&options.folder);
    let mut characters = Fts5::characters_and_pairs(&options.folder);
    let mut tantivy = Tantivy::create(&options.folder);
    let mut postgres = match &options.postgres {
        Some(url) => Postgres::create_all(url).await,
        None => Vec::new(),
    };

    let mut all: Vec<&mut dyn Index> = vec![&mut ours, &mut rows, &mut pairs, &mut characters, &mut tantivy];
    all.extend(postgres.iter_mut().map(|postgres| postgres as &mut dyn Index));
    let built = build::build(options, corpus, &ranks, &mut all).await;
    characters.keep_articles(&ours.store, &ranks, articles).await;

    let mut asked: Vec<&mut dyn Index> = vec![&mut ours, &mut characters, &mut tantivy];
    asked.extend(postgres.iter_mut().map(|postgres| postgres as &mut dyn Index));
    let mut ways = vec![Way { index: 0, with_articles: true }];
    ways.extend(
        (1..asked.len()).filter(|&index| asked[index].has_articles()).map(|index| Way { index, with_articles: true }),
    );
    ways.extend((1..asked.len()).map(|index| Way { index, with_articles: false }));
    let names: Vec<String> = ways.iter().map(|way| name_of(asked[way.index].name(), *way)).collect();
    let mut answered = Vec::new();
    for question in corpus.questions() {
        eprintln!("peers: {}", question.class);
        answered.push(questions::ask(options, &question, &mut asked, &ways).await);
    }

    let text_bytes: usize = (0..articles)
        .map(|number| corpus.article(number).content)
        .map(|content| content.body.len() + content.headline.len())
        .sum();
    report_built(articles, &built, text_bytes, table);
    report_answered(articles, &names, &answered, table);
    for postgres in postgres {
        postgres.remove().await;
    }
    ours.close().await;
    rows.remove().await;
    crate::remove(&database);
}

fn name_of(index: String, way: Way) -> String {
    match (way.index, way.with_articles) {
        (0, _) => format!("ours, {ARTICLES}"),
        (_, true) => format!("{index}, {ARTICLES}"),
        (_, false) => format!("{index}, ids"),
    }
}

fn report_built(articles: usize, built: &[Built], text_bytes: usize, table: &mut Table) {
    println!(
        "Building, {articles} articles, durable batches of 500, medians of slices in turn; ours stores all of an article:\n"
    );
    let rows: Vec<Vec<String>> = built
        .iter()
        .map(|index| {
            let size = index.bytes.map_or("–".to_owned(), |bytes| figure(bytes as f64 / text_bytes as f64));
            let longest_ms = figure(index.longest_batch.as_secs_f64() * 1e3);
            vec![index.name.clone(), figure(index.per_second), longest_ms, size]
        })
        .collect();
    table::print_markdown(&["index", "articles /s", "longest batch, ms", "index / text"].map(str::to_owned), &rows);

    let of = |name: &str| built.iter().find(|index| index.name == name);
    let (Some(ours), Some(rows)) = (of("ours"), of("the rows alone")) else { return };
    let what = format!("ingest, {articles} articles in slices; limit: the rows alone");
    table.limit(&what, "/s", rows.per_second, ours.per_second, "≥ 0.15");
    for (name, target) in [("FTS5 bigrams", "≥ 4"), ("FTS5 characters + bigrams", ""), ("tantivy", "≥ 1.5")] {
        let Some(peer) = of(name) else { continue };
        let what = format!("ingest, whole; peer: {name}, the index alone");
        table.peer(&what, "/s", peer.per_second, ours.per_second, target);
        // Times add up: this is the peer's index together with the rows.
        let both = 1.0 / (1.0 / peer.per_second + 1.0 / rows.per_second);
        table.peer(&format!("ingest, whole; peer: {name}, and the rows"), "/s", both, ours.per_second, "");
    }
    for name in ["PostgreSQL GIN", "PostgreSQL GIN by windows", "PostgreSQL pg_trgm"] {
        let Some(peer) = of(name) else { continue };
        let what = format!("ingest, whole; peer: {name}, with its table of texts");
        table.peer(&what, "/s", peer.per_second, ours.per_second, "");
    }
    let size = |index: &Built| index.bytes.map(|bytes| bytes as f64 / 1e6);
    for name in ["FTS5 characters + bigrams", "tantivy"] {
        if let (Some(peer), Some(ours)) = (of(name).and_then(size), size(ours)) {
            table.peer(&format!("keyword index; peer: {name}"), "MB", peer, ours, "");
        }
    }
}

fn report_answered(articles: usize, names: &[String], answered: &[Answered], table: &mut Table) {
    println!("A page of 50 newest, {articles} articles, without RPC, ms, and ours to it; medians of rounds in turn:\n");
    let mut header = vec!["class".to_owned(), "found".to_owned()];
    header.extend(names.iter().cloned());
    let rows: Vec<Vec<String>> = answered.iter().map(row_of).collect();
    table::print_markdown(&header, &rows);

    // The store's page contains articles, so the ratio to a page of ids includes the cost of reading them.
    for (way, name) in names.iter().enumerate().filter(|(_, name)| name.starts_with("FTS5")) {
        let is_alike = name.ends_with(ARTICLES);
        let mut ratios = Vec::new();
        for Answered { class, median_ms, .. } in answered {
            let (Some(ours), Some(peer)) = (median_ms[0], median_ms[way]) else { continue };
            ratios.push(ours / peer);
            if is_alike {
                table.peer(&format!("filter without RPC, {class}; peer: {name}"), "ms", peer, ours, "≤ 1");
            }
        }
        let target = if is_alike { "≤ 0.5" } else { "" };
        table.line(&format!("filter without RPC, the median ratio to {name}"), "×", median(ratios), target);
    }
}

fn row_of(answered: &Answered) -> Vec<String> {
    let Answered { class, found, median_ms, differing } = answered;
    let ours = median_ms[0].unwrap_or_default();
    let cells = median_ms.iter().enumerate().map(|(way, figure_ms)| match figure_ms {
        Some(value) if way == 0 => figure(*value),
        Some(value) => {
            let differs = if differing.contains(&way) { ", another page" } else { "" };
            format!("{} ({:.2}{differs})", figure(*value), ours / value)
        }
        None => "–".to_owned(),
    });
    [class.clone(), found.to_string()].into_iter().chain(cells).collect()
}
