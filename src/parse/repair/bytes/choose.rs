//! Decides which hypothesis about a damaged stretch is accepted, if any.
//!
//! Owns the decision. Does not guess: characters in which a nearly as likely hypothesis differs stay `?`.

use std::collections::HashMap;

use super::hypothesis::{DECISION_MARGIN, Hypothesis};
use super::search::Search;

/// At most one in this many characters of a repaired stretch may stay unknown. A single unknown character is always accepted.
const MAX_UNKNOWN_ONE_IN: usize = 3;

/// Log probability (natural) of a quotation that is opened and never closed.
const UNCLOSED_QUOTE: f64 = -4.0;

/// The accepted repair of a stretch.
pub(super) struct Chosen {
    pub text: String,
    /// Where the stretch ends in the damaged text.
    pub end: usize,
    /// Whether a character stays unknown.
    pub lost: bool,
}

/// By how much the log probability of a hypothesis must exceed that of the unchanged text.
#[derive(Clone, Copy)]
pub(super) struct Margin(pub f64);

/// An annotation without its opening bracket is always damage.
pub(super) const CERTAIN_DAMAGE: Margin = Margin(0.0);

/// `??` and `!` may be what the author wrote.
pub(super) const POSSIBLE_DAMAGE: Margin = Margin(6.0);

/// The likeliest hypothesis, if no other is close. Each is scored up to the same place in the text, so that their scores
/// compare.
pub(super) fn choose(
    text: &str,
    hypotheses: Vec<Hypothesis>,
    margin: Margin,
    search: &mut Search<'_>,
) -> Option<Chosen> {
    let furthest_end = hypotheses.iter().map(|hypothesis| hypothesis.end).max()?;
    let after = search.context_after(&text[furthest_end..]);
    let mut between: HashMap<usize, Vec<char>> = HashMap::new();
    let mut scored: Vec<(f64, Hypothesis)> = Vec::with_capacity(hypotheses.len());
    for hypothesis in hypotheses {
        let rest =
            between.entry(hypothesis.end).or_insert_with(|| search.unannotated(&text[hypothesis.end..furthest_end]));
        let rest = rest.iter().chain(&after);
        let whole = rest.fold(hypothesis.likelihood.clone(), |so_far, c| so_far.with_known(*c, &mut search.words));
        let quote_log = if search.leaves_open(&hypothesis, &text[hypothesis.end..]) { UNCLOSED_QUOTE } else { 0.0 };
        scored.push((whole.log() + quote_log, hypothesis));
    }
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    // One hypothesis, without text, stands for the unchanged text.
    let unchanged_log =
        scored.iter().find(|(_, hypothesis)| hypothesis.text.is_none()).map_or(f64::NEG_INFINITY, |(log, _)| *log);
    let mut scored = scored.into_iter();
    let (log, best) =
        scored.next().filter(|(log, hypothesis)| hypothesis.text.is_some() && *log > unchanged_log + margin.0)?;
    let ours = best.text();
    let mut consensus = ours.clone();
    for theirs in best.rivals() {
        mask_differences(&mut consensus, &ours, &theirs);
    }
    // The unchanged text is a lower bound and not a rival: the bytes hardly fit a hypothesis this well by chance.
    for (_, rival) in
        scored.take_while(|(next, _)| log - next < DECISION_MARGIN).filter(|(_, hypothesis)| hypothesis.text.is_some())
    {
        let theirs = rival.text();
        if theirs.len() != consensus.len() || rival.end != best.end {
            return None;
        }
        mask_differences(&mut consensus, &ours, &theirs);
    }
    let unknown = consensus.iter().filter(|c| **c == '?').count();
    if unknown > 1 && unknown * MAX_UNKNOWN_ONE_IN > consensus.len() {
        return None;
    }
    let rest = &text[best.end..];
    // A `?` in or after the stretch may be remaining damage. An open quotation may have lost its closing mark.
    let doubtful = ours.contains(&'?') || rest.starts_with('?') || search.leaves_open(&best, rest);
    let lost = best.lost || consensus != ours || doubtful;
    Some(Chosen { text: consensus.into_iter().collect(), end: best.end, lost })
}

/// Replaces the characters in which two hypotheses differ by `?`, as the damaged text has it.
fn mask_differences(consensus: &mut [char], ours: &[char], theirs: &[char]) {
    for ((ours, theirs), consensus) in ours.iter().zip(theirs).zip(consensus) {
        if ours != theirs {
            *consensus = '?';
        }
    }
}
