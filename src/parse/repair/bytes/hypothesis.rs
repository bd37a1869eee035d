//! A hypothesis about the original of a damaged stretch, and the beam of hypotheses.
//!
//! Owns how hypotheses grow, and which the beam keeps. Does not know which characters are possible.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use super::punctuation_width::to_half_width;
use crate::parse::repair::likelihood::Likelihood;

/// Minimum lead (natural log) of the accepted hypothesis over every rival with another text. It is large because the
/// likelihood of a single character is rough. Of 1,500 stretches that `cargo run --example score -- --only damage` had
/// damaged, the wrong hypothesis with the greatest lead had one of 6.8.
pub(super) const DECISION_MARGIN: f64 = 8.0;

/// Beam width: how many hypotheses are extended at once.
const BEAM_WIDTH: usize = 100;

/// A hypothesis whose log probability is this far below the best one's is pruned: it hardly becomes the best again.
const PRUNING_MARGIN: f64 = 12.0;

/// Hypotheses with the same pending byte and the same last characters, this many, are merged: no word is longer, so that later
/// characters add the same score to both.
const MERGE_CONTEXT: usize = 4;

/// How many hypotheses that finish at the same character are kept.
const MAX_FINISHED: usize = 10;

/// A lead byte whose trail byte has not been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pending {
    Lead(u8),
    /// Any byte that forms no character with this one before it.
    AnyInvalidAfter(u8),
}

#[derive(Clone)]
pub(super) struct Hypothesis {
    /// The last character; none before the first.
    pub text: Option<Rc<Link>>,
    pub likelihood: Likelihood,
    /// None when the bytes are aligned again.
    pub pending: Option<Pending>,
    /// Where in the damaged text the bytes are aligned again.
    pub end: usize,
    /// Whether a character cannot be recovered.
    pub lost: bool,
    rivals: Option<Rc<Rival>>,
}

/// A node of a linked list of characters, whose tails are shared between hypotheses.
pub(super) struct Link {
    pub character: char,
    pub before: Option<Rc<Link>>,
}

/// The text of a hypothesis that was merged into another, and was nearly as likely.
struct Rival {
    text: Option<Rc<Link>>,
    before: Option<Rc<Rival>>,
}

impl Hypothesis {
    pub(super) fn new(likelihood: Likelihood, pending: Option<Pending>, end: usize) -> Self {
        Self { text: None, likelihood, pending, end, lost: false, rivals: None }
    }

    pub(super) fn with(&self, characters: &[char], likelihood: Likelihood, pending: Option<Pending>) -> Self {
        let text = characters
            .iter()
            .fold(self.text.clone(), |before, c| Some(Rc::new(Link { character: to_half_width(*c), before })));
        Self { text, likelihood, pending, end: self.end, lost: self.lost, rivals: self.rivals.clone() }
    }

    #[must_use]
    pub(super) fn plus_log(mut self, log: f64) -> Self {
        self.likelihood = self.likelihood.plus(log);
        self
    }

    pub(super) fn text(&self) -> Vec<char> {
        characters(self.text.as_ref())
    }

    /// The characters so far, last to first.
    pub(super) fn backwards(&self) -> impl Iterator<Item = char> {
        backwards(self.text.as_ref())
    }

    /// The texts of the rivals.
    pub(super) fn rivals(&self) -> impl Iterator<Item = Vec<char>> {
        std::iter::successors(self.rivals.as_deref(), |rival| rival.before.as_deref())
            .map(|rival| characters(rival.text.as_ref()))
    }
}

fn backwards(last: Option<&Rc<Link>>) -> impl Iterator<Item = char> {
    std::iter::successors(last, |link| link.before.as_ref()).map(|link| link.character)
}

fn characters(last: Option<&Rc<Link>>) -> Vec<char> {
    let mut characters: Vec<char> = backwards(last).collect();
    characters.reverse();
    characters
}

/// The hypotheses after one more printed character.
pub(super) struct NextHypotheses {
    finished: Vec<Hypothesis>,
    open: Vec<Hypothesis>,
    /// Best log probability of the finished and of the open ones. Scores of texts with different lengths do not compare.
    likeliest: [f64; 2],
}

impl Default for NextHypotheses {
    fn default() -> Self {
        Self { finished: Vec::new(), open: Vec::new(), likeliest: [f64::NEG_INFINITY; 2] }
    }
}

impl NextHypotheses {
    /// Finishes a hypothesis: its bytes are aligned after these characters.
    pub(super) fn finish(
        &mut self,
        hypothesis: &Hypothesis,
        characters: &[char],
        likelihood: Likelihood,
        end: usize,
        lost: bool,
    ) {
        if is_within_margin(&likelihood, &mut self.likeliest[0]) {
            let hypothesis = hypothesis.with(characters, likelihood, None);
            self.finished.push(Hypothesis { end, lost: hypothesis.lost || lost, ..hypothesis });
        }
    }

    pub(super) fn push_open(&mut self, hypothesis: &Hypothesis, c: char, likelihood: Likelihood, pending: Pending) {
        if is_within_margin(&likelihood, &mut self.likeliest[1]) {
            self.open.push(hypothesis.with(&[c], likelihood, Some(pending)));
        }
    }

    /// The hypotheses that finished at this character, pruned.
    pub(super) fn take_finished(&mut self) -> Vec<Hypothesis> {
        let mut finished = best(std::mem::take(&mut self.finished));
        finished.truncate(MAX_FINISHED);
        finished
    }

    /// The open hypotheses, merged and pruned. The likeliest of those that later characters cannot tell apart is kept, with the
    /// others as its rivals.
    pub(super) fn into_open(self) -> Vec<Hypothesis> {
        let mut met = HashMap::new();
        let mut kept: Vec<Hypothesis> = Vec::new();
        for hypothesis in best(self.open) {
            let mut last = ['\n'; MERGE_CONTEXT];
            last.iter_mut().zip(hypothesis.backwards()).for_each(|(place, c)| *place = c);
            match met.entry((hypothesis.pending, last)) {
                Entry::Vacant(place) => {
                    if kept.len() == BEAM_WIDTH {
                        break;
                    }
                    place.insert(kept.len());
                    kept.push(hypothesis);
                }
                Entry::Occupied(place) => kept[*place.get()].merge(hypothesis),
            }
        }
        kept
    }
}

fn is_within_margin(likelihood: &Likelihood, likeliest: &mut f64) -> bool {
    *likeliest = likeliest.max(likelihood.log());
    likelihood.log() >= *likeliest - PRUNING_MARGIN
}

impl Hypothesis {
    fn merge(&mut self, other: Hypothesis) {
        if self.likelihood.log() - other.likelihood.log() < DECISION_MARGIN {
            let before = self.rivals.take();
            self.rivals = Some(Rc::new(Rival { text: other.text, before }));
        }
    }
}

/// The hypotheses within the pruning margin, best first.
fn best(mut hypotheses: Vec<Hypothesis>) -> Vec<Hypothesis> {
    let likeliest = hypotheses.iter().map(|hypothesis| hypothesis.likelihood.log()).fold(f64::NEG_INFINITY, f64::max);
    hypotheses.retain(|hypothesis| hypothesis.likelihood.log() >= likeliest - PRUNING_MARGIN);
    hypotheses.sort_by(|one, other| other.likelihood.log().total_cmp(&one.likelihood.log()));
    hypotheses
}
