//! Some watchers and the one automaton that finds all their keywords in a text at once.
//!
//! A text is read once, whatever the number of watchers: what is found counts for those who look for it, and only they are
//! looked at. Watchers whose keywords are of `none` alone, or who have no keywords, match most articles and are looked at
//! each time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::query::WatchQuery;
use crate::article::Article;
use crate::query::{FoldedFields, Keyword, KeywordMatch, TextField};

pub(super) struct Entry<W> {
    pub query: Arc<WatchQuery>,
    pub watcher: W,
}

pub(super) struct MatcherTier<W> {
    entries: Vec<Entry<W>>,
    needs: Vec<Need>,
    /// `None`: nobody looks for anything, or it cannot be built; then everyone is in `always`.
    automaton: Option<AhoCorasick>,
    /// For each of its patterns, who looks for it.
    seekers: Vec<Range<usize>>,
    uses: Vec<Use>,
    /// Those who are looked at each time.
    always: Vec<usize>,
    scratch: Scratch,
}

/// What must be found for a watcher.
#[derive(Clone, Copy)]
struct Need {
    /// The fields that count, as bits.
    fields: u8,
    /// How many different keywords of `all` there are.
    all: u8,
    any: bool,
    /// Whether counting decides; else the query is asked about those that pass it.
    is_exact: bool,
}

/// That a pattern is a keyword of a watcher.
struct Use {
    slot: usize,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    All,
    Any,
    None,
}

/// What is counted for a watcher in one text.
#[derive(Clone, Copy, Default)]
struct Mark {
    is_touched: bool,
    all: u8,
    any: bool,
    none: bool,
}

/// Kept from text to text, and clean between them.
#[derive(Default)]
struct Scratch {
    /// The fields that each pattern was found in, as bits.
    fields: Vec<u8>,
    found: Vec<usize>,
    marks: Vec<Mark>,
    touched: Vec<usize>,
    matched: Vec<bool>,
    /// Whose `matched` is set.
    told: Vec<usize>,
}

impl<W> MatcherTier<W> {
    pub(crate) fn new(entries: Vec<Entry<W>>) -> Self {
        let mut patterns = Patterns::default();
        let mut always = Vec::new();
        let mut needs: Vec<Need> = Vec::with_capacity(entries.len());
        for (slot, entry) in entries.iter().enumerate() {
            let need = patterns.add(slot, &entry.query);
            if need.all == 0 && !need.any {
                always.push(slot);
            }
            needs.push(need);
        }
        let Patterns { texts, users, .. } = patterns;
        let automaton = if texts.is_empty() {
            None
        } else {
            let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&texts);
            built.map_err(|error| tracing::error!(%error, "keywords are looked for one by one")).ok()
        };
        if automaton.is_none() {
            always = (0..entries.len()).collect();
            needs = needs.into_iter().map(|need| Need { all: 0, any: false, is_exact: false, ..need }).collect();
        }
        let mut uses = Vec::new();
        let seekers = users.into_iter().map(|of_pattern| {
            let start = uses.len();
            uses.extend(of_pattern);
            start..uses.len()
        });
        let seekers: Vec<_> = seekers.collect();
        let scratch = Scratch {
            fields: vec![0; texts.len()],
            marks: vec![Mark::default(); entries.len()],
            matched: vec![false; entries.len()],
            ..Scratch::default()
        };
        Self { entries, needs, automaton, seekers, uses, always, scratch }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn into_entries(self) -> Vec<Entry<W>> {
        self.entries
    }

    pub(crate) fn watchers(&self) -> impl Iterator<Item = &W> {
        self.entries.iter().map(|entry| &entry.watcher)
    }

    /// Tells every watcher.
    pub(crate) fn each(&mut self, mut tell: impl FnMut(&mut W)) {
        self.entries.iter_mut().for_each(|entry| tell(&mut entry.watcher));
    }

    /// Tells those who watch an article so; and, if asked to, all others that they do not.
    pub(crate) fn judge(
        &mut self,
        article: &Article,
        texts: &FoldedFields,
        and_others: bool,
        tell: &mut impl FnMut(&mut W, bool),
    ) {
        self.count(texts);
        let Self { entries, needs, scratch, always, .. } = self;
        for &slot in always.iter() {
            if !std::mem::replace(&mut scratch.marks[slot].is_touched, true) {
                scratch.touched.push(slot);
            }
        }
        for slot in scratch.touched.drain(..) {
            let mark = std::mem::take(&mut scratch.marks[slot]);
            let (need, entry) = (&needs[slot], &mut entries[slot]);
            let counts = mark.all == need.all && (mark.any || !need.any) && !mark.none;
            let query = &entry.query;
            if counts && if need.is_exact { query.admits(article, texts) } else { query.matches(article, texts) } {
                tell(&mut entry.watcher, true);
                scratch.matched[slot] = true;
                scratch.told.push(slot);
            }
        }
        if and_others {
            for (entry, is_match) in entries.iter_mut().zip(&scratch.matched) {
                if !is_match {
                    tell(&mut entry.watcher, false);
                }
            }
        }
        for slot in scratch.told.drain(..) {
            scratch.matched[slot] = false;
        }
    }

    /// Finds all keywords, and counts for each watcher what it looks for.
    fn count(&mut self, texts: &FoldedFields) {
        let Self { needs, automaton: Some(automaton), seekers, uses, scratch, .. } = self else { return };
        for found in automaton.find_overlapping_iter(texts.as_str()) {
            let pattern = found.pattern().as_usize();
            let fields = &mut scratch.fields[pattern];
            if *fields == 0 {
                scratch.found.push(pattern);
            }
            *fields |= bit(texts.field_at(found.start()));
        }
        for pattern in scratch.found.drain(..) {
            let fields = std::mem::take(&mut scratch.fields[pattern]);
            for &Use { slot, role } in &uses[seekers[pattern].clone()] {
                if needs[slot].fields & fields == 0 {
                    continue;
                }
                let mark = &mut scratch.marks[slot];
                if !std::mem::replace(&mut mark.is_touched, true) {
                    scratch.touched.push(slot);
                }
                match role {
                    Role::All => mark.all += 1,
                    Role::Any => mark.any = true,
                    Role::None => mark.none = true,
                }
            }
        }
    }
}

fn bit(field: TextField) -> u8 {
    1 << field as u8
}

/// The keywords of all watchers, each once.
#[derive(Default)]
struct Patterns {
    numbers: HashMap<String, usize>,
    texts: Vec<String>,
    users: Vec<Vec<Use>>,
}

impl Patterns {
    fn add(&mut self, slot: usize, query: &WatchQuery) -> Need {
        let Some(keywords) = &query.keywords else { return Need { fields: 0, all: 0, any: false, is_exact: true } };
        let is_exact = keywords.matching == KeywordMatch::Substring;
        let all = self.add_role(slot, Role::All, &keywords.all);
        let any = self.add_role(slot, Role::Any, &keywords.any);
        // That something occurs within a word does not exclude what must not occur as a word.
        if is_exact {
            self.add_role(slot, Role::None, &keywords.none);
        }
        let fields = keywords.fields.iter().fold(0, |bits, &field| bits | bit(field));
        Need { fields, all, any: any > 0, is_exact }
    }

    /// Says how many different ones there are. A filter has at most 32.
    fn add_role(&mut self, slot: usize, role: Role, keywords: &[Keyword]) -> u8 {
        let mut count = 0;
        for keyword in keywords {
            let number = match self.numbers.get(keyword.folded()) {
                Some(&number) => number,
                None => {
                    let number = self.texts.len();
                    self.numbers.insert(keyword.folded().to_owned(), number);
                    self.texts.push(keyword.folded().to_owned());
                    self.users.push(Vec::new());
                    number
                }
            };
            let users = &mut self.users[number];
            // A watcher's keywords come one after the other, so one that it named already is among the last.
            let is_known = users.iter().rev().take_while(|known| known.slot == slot).any(|known| known.role == role);
            if !is_known {
                users.push(Use { slot, role });
                count += 1;
            }
        }
        count
    }
}
