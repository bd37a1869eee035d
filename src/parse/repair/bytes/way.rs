//! One way in which a damaged stretch can have come about, as far as it has been followed.
//!
//! Owns how ways grow, and which of many are kept. Refuses to know which characters are possible.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use super::folded::folded;
use crate::parse::repair::likelihood::Likelihood;

/// How much likelier, as a natural logarithm, the way that is taken must be than any other.
pub(super) const CERTAIN: f64 = 1.0;

/// How many ways are followed at once.
const BEAM: usize = 100;

/// A way so far behind another, as a natural logarithm, will not come before it any more.
const FAR_BEHIND: f64 = 12.0;

/// Ways that wait for the same byte after so many of the same characters go on alike: no word is longer.
const ALIKE: usize = 4;

/// How many ways that came to an end at the same character are kept.
const ARRIVED: usize = 10;

/// A byte that waits for its second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pending {
    This(u8),
    /// Any that is no character after this one.
    AnyAfter(u8),
}

#[derive(Clone)]
pub(super) struct Way {
    /// The last character; none if nothing has been read yet.
    pub text: Option<Rc<Link>>,
    pub likelihood: Likelihood,
    /// None once the bytes are in step again.
    pub pending: Option<Pending>,
    /// Where in the damaged text the bytes were in step again.
    pub end: usize,
    /// Whether a character is lost for good.
    pub lost: bool,
    rivals: Option<Rc<Rival>>,
}

/// A character and those before it, which many ways share.
pub(super) struct Link {
    pub character: char,
    pub before: Option<Rc<Link>>,
}

/// A way that went on like another one, and was hardly less likely.
struct Rival {
    text: Option<Rc<Link>>,
    before: Option<Rc<Rival>>,
}

impl Way {
    pub(super) fn new(likelihood: Likelihood, pending: Option<Pending>, end: usize) -> Self {
        Self { text: None, likelihood, pending, end, lost: false, rivals: None }
    }

    pub(super) fn with(&self, characters: &[char], likelihood: Likelihood, pending: Option<Pending>) -> Self {
        let text = characters
            .iter()
            .fold(self.text.clone(), |before, c| Some(Rc::new(Link { character: folded(*c), before })));
        Self { text, likelihood, pending, end: self.end, lost: self.lost, rivals: self.rivals.clone() }
    }

    #[must_use]
    pub(super) fn likelier_by(mut self, log: f64) -> Self {
        self.likelihood = self.likelihood.plus(log);
        self
    }

    pub(super) fn text(&self) -> Vec<char> {
        characters(self.text.as_ref())
    }

    /// The characters so far, the last one first.
    pub(super) fn backwards(&self) -> impl Iterator<Item = char> {
        backwards(self.text.as_ref())
    }

    /// What the rivals read instead.
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

/// The ways after one more printed character.
pub(super) struct Next {
    arrived: Vec<Way>,
    going: Vec<Way>,
    /// Of each kind. Ways of different lengths cannot be compared.
    likeliest: [f64; 2],
}

impl Default for Next {
    fn default() -> Self {
        Self { arrived: Vec::new(), going: Vec::new(), likeliest: [f64::NEG_INFINITY; 2] }
    }
}

impl Next {
    /// The bytes of a way are in step after these characters.
    pub(super) fn arrive(&mut self, way: &Way, characters: &[char], likelihood: Likelihood, end: usize, lost: bool) {
        if may_win(&likelihood, &mut self.likeliest[0]) {
            let way = way.with(characters, likelihood, None);
            self.arrived.push(Way { end, lost: way.lost || lost, ..way });
        }
    }

    pub(super) fn go_on(&mut self, way: &Way, c: char, likelihood: Likelihood, pending: Pending) {
        if may_win(&likelihood, &mut self.likeliest[1]) {
            self.going.push(way.with(&[c], likelihood, Some(pending)));
        }
    }

    /// Of the ways that came to an end here, those that may still win.
    pub(super) fn arrived(&mut self) -> Vec<Way> {
        let mut arrived = best(std::mem::take(&mut self.arrived));
        arrived.truncate(ARRIVED);
        arrived
    }

    /// Of the ways that go on alike, the likeliest, as what comes later cannot tell them apart; it remembers the others. And of
    /// all those, the ones that may still win.
    pub(super) fn going(self) -> Vec<Way> {
        let mut met = HashMap::new();
        let mut kept: Vec<Way> = Vec::new();
        for way in best(self.going) {
            let mut last = ['\n'; ALIKE];
            last.iter_mut().zip(way.backwards()).for_each(|(place, c)| *place = c);
            match met.entry((way.pending, last)) {
                Entry::Vacant(place) => {
                    if kept.len() == BEAM {
                        break;
                    }
                    place.insert(kept.len());
                    kept.push(way);
                }
                Entry::Occupied(place) => kept[*place.get()].beat(way),
            }
        }
        kept
    }
}

fn may_win(likelihood: &Likelihood, likeliest: &mut f64) -> bool {
    *likeliest = likeliest.max(likelihood.log());
    likelihood.log() >= *likeliest - FAR_BEHIND
}

impl Way {
    fn beat(&mut self, other: Way) {
        if self.likelihood.log() - other.likelihood.log() < CERTAIN {
            let before = self.rivals.take();
            self.rivals = Some(Rc::new(Rival { text: other.text, before }));
        }
    }
}

/// The likeliest ways, best first.
fn best(mut ways: Vec<Way>) -> Vec<Way> {
    let likeliest = ways.iter().map(|way| way.likelihood.log()).fold(f64::NEG_INFINITY, f64::max);
    ways.retain(|way| way.likelihood.log() >= likeliest - FAR_BEHIND);
    ways.sort_by(|one, other| other.likelihood.log().total_cmp(&one.likelihood.log()));
    ways
}
