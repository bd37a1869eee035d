//! Runs the same measurements at several sizes, and writes a table and plots of how each figure grows.

use std::path::Path;

use crate::corpus::Corpus;
use crate::options::Options;
use crate::plot::{self, Series};
use crate::table::{self, Line, Table, with_unit};

/// The default measurements at each size. Peers are excluded, because their growth is not ours.
const PARTS: &str = "memory,get,list,filter";

pub(crate) async fn run(options: &Options, corpus: &Corpus) {
    let mut runs: Vec<(usize, Table)> = Vec::new();
    for &articles in &options.growth {
        let only = options.only.clone().or_else(|| Some(PARTS.to_owned()));
        let table = crate::measure(&Options { articles, only, ..options.clone() }, corpus).await;
        table.print();
        runs.push((articles, table));
    }
    report(&runs);
    if let Some(folder) = &options.plots {
        plots(&runs, folder);
    }
}

/// The figures with one name, if every size has one.
fn figures<'a>(runs: &'a [(usize, Table)], what: &str) -> Option<Vec<(usize, &'a Line)>> {
    let figure = |(articles, table): &'a (usize, Table)| {
        table.lines.iter().find(|line| line.what == what).map(|line| (*articles, line))
    };
    runs.iter().map(figure).collect()
}

fn report(runs: &[(usize, Table)]) {
    let Some((_, last)) = runs.last() else { return };
    let mut header = vec!["what; in brackets: to the limit".to_owned()];
    header.extend(runs.iter().map(|(articles, _)| articles.to_string()));
    header.extend(["last / one before", "target"].map(str::to_owned));
    let mut rows = Vec::new();
    for line in &last.lines {
        let Some(figures) = figures(runs, &line.what) else { continue };
        let cells = figures.iter().map(|(_, line)| {
            let ratio = line.limit.map_or(String::new(), |limit| format!(" ({:.2})", line.ours / limit));
            with_unit(line.ours, line.unit) + &ratio
        });
        let growth = match figures.as_slice() {
            [.., (_, before), (_, last)] => format!("{:.2}", last.ours / before.ours),
            _ => "–".to_owned(),
        };
        let what = line.what.clone();
        rows.push([what].into_iter().chain(cells).chain([growth, target(&line.what).to_owned()]).collect());
    }
    println!("Growth:\n");
    table::print_markdown(&header, &rows);
}

/// The allowed growth factor of a figure for ten times as many articles.
fn target(what: &str) -> &'static str {
    match what {
        what if what.contains("meanwhile") || what.contains("limit: the first") => "",
        what if what.contains("of common pairs") => "≤ 4",
        what if what.starts_with("FilterArticles, ") => "≤ 2",
        what if what.contains("one in flight, p50") || what.starts_with("ListArticles, 50 BASIC") => "≤ 1.3",
        _ => "",
    }
}

type Chosen = fn(&Line) -> bool;

fn plots(runs: &[(usize, Table)], folder: &Path) {
    let is_filter = |line: &Line| line.what.starts_with("FilterArticles, ") && line.limit.is_none();
    let one_keyword: Chosen = |line| line.what.starts_with("FilterArticles, ") && line.what.contains(" characters, ");
    draw(runs, folder, "filter-one-keyword", "FilterArticles over RPC, one keyword, median", 3, one_keyword);
    let all =
        |line: &Line| is_filter(line) && !line.what.contains(" characters, ") && !line.what.contains("median class");
    draw(runs, folder, "filter-combined", "FilterArticles over RPC, several keywords and the dearest, median", 1, all);
    let calls: Chosen = |line| line.what.contains("one in flight, p50") || line.what.starts_with("ListArticles, 50");
    draw(runs, folder, "calls", "GetArticle and ListArticles, one in flight, median", 1, calls);
    draw(runs, folder, "ingest", "Articles a second, durable batches of 500", 1, |line| {
        line.what.starts_with("ingest, batches")
    });
    let sizes: Chosen = |line| line.unit == "MB" && !line.what.contains("idle") && !line.what.contains("after all");
    draw(runs, folder, "size", "File, keyword index, memory", 1, sizes);
    draw(runs, folder, "start", "From the start of the process until it listens", 1, |line| {
        line.what.starts_with("start")
    });
}

/// Draws the chosen lines, with their limits if they have any.
fn draw(
    runs: &[(usize, Table)],
    folder: &Path,
    name: &str,
    title: &str,
    per_colour: usize,
    chosen: impl Fn(&Line) -> bool,
) {
    let Some((_, last)) = runs.last() else { return };
    let mut series: Vec<Series> = Vec::new();
    for line in last.lines.iter().filter(|line| chosen(line)) {
        let Some(figures) = figures(runs, &line.what) else { continue };
        let (what, limit) = line.what.split_once("; limit: ").unwrap_or((&line.what, "the limit"));
        let what = what.strip_prefix("FilterArticles, ").unwrap_or(what);
        let points = |of: fn(&Line) -> Option<f64>| -> Option<Vec<(f64, f64)>> {
            figures.iter().map(|(articles, line)| Some((*articles as f64, of(line)?))).collect()
        };
        series.extend(points(|line| Some(line.ours)).map(|points| Series { name: what.to_owned(), points }));
        if !series.iter().any(|series| series.name == limit) {
            series.extend(points(|line| line.limit).map(|points| Series { name: limit.to_owned(), points }));
        }
    }
    let unit = last.lines.iter().find(|line| chosen(line)).map_or("", |line| line.unit);
    if !series.is_empty() {
        let path = folder.join(format!("growth-{name}.svg"));
        std::fs::write(path, plot::lines(title, unit, per_colour, &series)).expect("a plot");
    }
}
