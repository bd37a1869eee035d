//! Querying: every index gets the same query, one index after the other, repeatedly.

use std::time::{Duration, Instant};

use super::{Asked, Index, PAGE};
use crate::corpus::Question;
use crate::options::Options;
use crate::table::median;

/// The result of a query, for each way of answering it.
pub struct Answered {
    pub class: String,
    /// The number of articles on the store's page.
    pub found: usize,
    /// In milliseconds; `None` if the index does not support the query.
    pub median_ms: Vec<Option<f64>>,
    /// The ways whose page differs from the store's. Only the common part is compared, because the store ends a page early
    /// instead of searching for long.
    pub differing: Vec<usize>,
}

/// A way of answering: an index, and whether it also reads the page's articles.
#[derive(Clone, Copy)]
pub struct Way {
    pub index: usize,
    pub with_articles: bool,
}

/// The first way is the store's.
pub async fn ask(options: &Options, question: &Question, indexes: &mut [&mut dyn Index], ways: &[Way]) -> Answered {
    let asked = page_before(question, indexes[ways[0].index]).await;
    let mut figures = vec![Vec::new(); ways.len()];
    let mut pages = vec![Vec::new(); ways.len()];
    for _ in 0..options.rounds {
        for ((way, figures), page) in ways.iter().zip(&mut figures).zip(&mut pages) {
            let asked = Asked { with_articles: way.with_articles, ..asked.clone() };
            let round = round(indexes[way.index], &asked, options.round_time / 8).await;
            if let Some((median_ms, found)) = round {
                figures.push(median_ms);
                *page = found;
            }
        }
    }
    let differs = |page: &Vec<i64>| !page.starts_with(&pages[0]);
    let differing = (0..ways.len()).filter(|&way| !figures[way].is_empty() && differs(&pages[way])).collect();
    Answered {
        class: question.class.clone(),
        found: pages[0].len(),
        median_ms: figures.into_iter().map(|figures| (!figures.is_empty()).then(|| median(figures))).collect(),
        differing,
    }
}

/// The query for the requested page. The pages before it are read first.
async fn page_before(question: &Question, index: &mut dyn Index) -> Asked {
    let mut asked = Asked::new(question);
    for _ in 1..question.page {
        match index.page(&asked).await.map(|(_, ranks)| ranks) {
            Some(ranks) if ranks.len() == PAGE => asked.before = ranks[PAGE - 1],
            // There are fewer pages than requested.
            _ => break,
        }
    }
    asked
}

/// The median time of one index over several runs, and its result.
async fn round(index: &mut dyn Index, asked: &Asked, time: Duration) -> Option<(f64, Vec<i64>)> {
    let begun = Instant::now();
    // A warm-up run, because the other indexes have displaced the CPU caches.
    let (_, page) = index.page(asked).await?;
    let mut times = Vec::new();
    while times.is_empty() || begun.elapsed() < time {
        let (took, _) = index.page(asked).await?;
        times.push(took.as_secs_f64() * 1e3);
    }
    Some((median(times), page))
}
