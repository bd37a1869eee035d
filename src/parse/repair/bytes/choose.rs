//! Which of the ways to read a damaged stretch is taken, if any.
//!
//! Owns the decision. Refuses to guess: where another way is nearly as likely, a character stays unknown.

use std::collections::HashMap;

use super::search::Search;
use super::way::{CERTAIN, Way};

/// Of so many characters of a stretch that is set right, one at most may stay unknown, or else only the last one.
const MOST_UNKNOWN_ONE_IN: usize = 3;

/// How likely it is, as a natural logarithm, that a quotation is opened and never closed.
const LEFT_OPEN: f64 = -4.0;

/// A stretch that was set right.
pub(super) struct Chosen {
    pub text: String,
    /// Where the damaged text goes on.
    pub end: usize,
    /// Whether a character stays unknown.
    pub lost: bool,
}

/// How much likelier, as a natural logarithm, than to leave the text as it is a way must be.
#[derive(Clone, Copy)]
pub(super) struct Doubt(pub f64);

/// An annotation that lost its bracket is damage in any case.
pub(super) const DAMAGED: Doubt = Doubt(0.0);

/// Marks may be what the author wrote.
pub(super) const PERHAPS_SOUND: Doubt = Doubt(6.0);

/// Takes the likeliest way, if no other comes near. All are weighed up to the same place in the text.
pub(super) fn choose(text: &str, ways: Vec<Way>, doubt: Doubt, search: &mut Search<'_>) -> Option<Chosen> {
    let furthest = ways.iter().map(|way| way.end).max()?;
    let after = search.context_after(&text[furthest..]);
    let mut between: HashMap<usize, Vec<char>> = HashMap::new();
    let mut weighed: Vec<(f64, Way)> = Vec::with_capacity(ways.len());
    for way in ways {
        let rest = between.entry(way.end).or_insert_with(|| search.unannotated(&text[way.end..furthest]));
        let rest = rest.iter().chain(&after);
        let whole = rest.fold(way.likelihood.clone(), |so_far, c| so_far.with_known(*c, &mut search.words));
        let open = if search.leaves_open(&way, &text[way.end..]) { LEFT_OPEN } else { 0.0 };
        weighed.push((whole.log() + open, way));
    }
    weighed.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    // To leave it all as it is is one of them.
    let left = weighed.iter().find(|(_, way)| way.text.is_none()).map_or(f64::NEG_INFINITY, |(log, _)| *log);
    let mut weighed = weighed.into_iter();
    let (log, taken) = weighed.next().filter(|(log, way)| way.text.is_some() && *log > left + doubt.0)?;
    let ours = taken.text();
    let mut agreed = ours.clone();
    for theirs in taken.rivals() {
        disagree(&mut agreed, &ours, &theirs);
    }
    // To leave it all as it is is no rival, only a bound: the bytes do not fit so well by chance.
    for (_, rival) in weighed.take_while(|(next, _)| log - next < CERTAIN).filter(|(_, way)| way.text.is_some()) {
        let theirs = rival.text();
        if theirs.len() != agreed.len() || rival.end != taken.end {
            return None;
        }
        disagree(&mut agreed, &ours, &theirs);
    }
    let unknown = agreed.iter().filter(|c| **c == '?').count();
    if unknown > 1 && unknown * MOST_UNKNOWN_ONE_IN > agreed.len() {
        return None;
    }
    let lost = taken.lost || agreed != ours;
    Some(Chosen { text: agreed.into_iter().collect(), end: taken.end, lost })
}

/// What the ways do not agree on stays a `?`, as it was printed.
fn disagree(agreed: &mut [char], ours: &[char], theirs: &[char]) {
    for ((ours, theirs), agreed) in ours.iter().zip(theirs).zip(agreed) {
        if ours != theirs {
            *agreed = '?';
        }
    }
}
