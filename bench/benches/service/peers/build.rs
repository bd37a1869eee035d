//! Building: every index adds the same slices of the same articles, one index after the other.

use std::time::Duration;

use super::{Document, Index, Ranks};
use crate::corpus::Corpus;
use crate::options::Options;
use crate::table::median;
use crate::writing::BATCH;

/// The result of building an index.
pub struct Built {
    pub name: String,
    /// Articles per second, the median of the slices.
    pub per_second: f64,
    pub longest_batch: Duration,
    pub bytes: Option<u64>,
}

pub async fn build(options: &Options, corpus: &Corpus, ranks: &Ranks, indexes: &mut [&mut dyn Index]) -> Vec<Built> {
    let articles = options.peer_articles();
    let slice = articles.div_ceil(options.rounds).next_multiple_of(BATCH);
    let mut rates = vec![Vec::new(); indexes.len()];
    let mut longest = vec![Duration::ZERO; indexes.len()];
    for first in (0..articles).step_by(slice) {
        eprintln!("peers: {first} articles");
        let end = articles.min(first + slice);
        for ((index, rates), longest) in indexes.iter_mut().zip(&mut rates).zip(&mut longest) {
            let mut took = Duration::ZERO;
            for first in (first..end).step_by(BATCH) {
                let batch: Vec<Document> =
                    (first..end.min(first + BATCH)).map(|number| ranks.document(corpus, number)).collect();
                let batch = index.add(&batch).await;
                took += batch;
                *longest = batch.max(*longest);
            }
            // So that its background work does not disturb the next index.
            index.settle().await;
            rates.push((end - first) as f64 / took.as_secs_f64());
        }
    }
    let mut built = Vec::new();
    for ((index, rates), longest_batch) in indexes.iter_mut().zip(rates).zip(longest) {
        built.push(Built { name: index.name(), per_second: median(rates), longest_batch, bytes: index.bytes().await });
    }
    built
}
