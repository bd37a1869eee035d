//! Finds the watchers that match an article, among many thousands, without testing each.
//!
//! Watchers join and leave, but an automaton is immutable. So there are several tiers, each for about twice as many watchers
//! as the next. A new watcher gets a small tier; tiers of similar size are merged. With n watchers, each keyword is built
//! into an automaton at most log2(n) times, and a text is scanned at most log2(n) times.

use std::sync::Arc;

use super::matcher_tier::{Entry, MatcherTier};
use super::query::WatchQuery;
use crate::article::Article;
use crate::query::FoldedFields;

/// Watchers of some kind, by what they watch.
pub struct Matcher<W> {
    /// The largest first.
    tiers: Vec<MatcherTier<W>>,
}

impl<W> Default for Matcher<W> {
    fn default() -> Self {
        Self { tiers: Vec::new() }
    }
}

impl<W> Matcher<W> {
    /// Adds watchers; those that are not alive any more are left out where automata are made anew.
    pub fn add(&mut self, new: Vec<(Arc<WatchQuery>, W)>, is_alive: impl Fn(&W) -> bool) {
        if new.is_empty() {
            return;
        }
        let mut entries: Vec<_> = new.into_iter().map(|(query, watcher)| Entry { query, watcher }).collect();
        while let Some(tier) = self.tiers.pop_if(|last| last.len() <= 2 * entries.len()) {
            entries.extend(tier.into_entries().into_iter().filter(|entry| is_alive(&entry.watcher)));
        }
        self.tiers.push(MatcherTier::new(entries));
    }

    /// Rebuilds the automata of which few watchers are alive.
    pub fn clean(&mut self, is_alive: impl Fn(&W) -> bool) {
        let tiers = std::mem::take(&mut self.tiers);
        for tier in tiers {
            let alive = tier.watchers().filter(|watcher| is_alive(watcher)).count();
            if 2 * alive >= tier.len() {
                self.tiers.push(tier);
            } else if alive > 0 {
                let entries = tier.into_entries().into_iter().filter(|entry| is_alive(&entry.watcher)).collect();
                self.tiers.push(MatcherTier::new(entries));
            }
        }
        self.tiers.sort_by_key(|tier| std::cmp::Reverse(tier.len()));
    }

    /// Whether there is no watcher.
    pub fn is_empty(&self) -> bool {
        self.tiers.is_empty()
    }

    /// Tells those who watch an article so; and, if asked to, all others that they do not.
    pub fn judge(
        &mut self,
        article: &Article,
        texts: &FoldedFields,
        and_others: bool,
        mut tell: impl FnMut(&mut W, bool),
    ) {
        for tier in &mut self.tiers {
            tier.judge(article, texts, and_others, &mut tell);
        }
    }

    /// Tells every watcher.
    pub fn each(&mut self, mut tell: impl FnMut(&mut W)) {
        for tier in &mut self.tiers {
            tier.each(&mut tell);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::article::Timestamp;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use crate::article::{ArticleContent, ArticleName};
    use crate::query::{Filter, Keyword, KeywordFilter, KeywordMatch, TextField};

    const PIECES: [&str; 9] = ["新", "区", "新区", "雲", "云州", "5G", "５ｇ网", "safe", " "];

    fn text(most: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec(select(&PIECES[..]), 0..most).prop_map(|pieces| pieces.concat())
    }

    fn keywords() -> impl Strategy<Value = Vec<Keyword>> {
        let keyword = text(3).prop_filter_map("a blank keyword", |text| Keyword::new(&text).ok());
        proptest::collection::vec(keyword, 0..3)
    }

    fn keyword_filter() -> impl Strategy<Value = KeywordFilter> {
        let fields = subsequence(&TextField::ALL[..], 0..=3);
        let matching = select(&[KeywordMatch::Substring, KeywordMatch::Word][..]);
        (keywords(), keywords(), keywords(), fields, matching).prop_filter_map("no keyword", |given| {
            let (all, any, none, fields, matching) = given;
            KeywordFilter::new(all, any, none, fields, matching).ok()
        })
    }

    fn query() -> impl Strategy<Value = WatchQuery> {
        let filter = select(&["", "revision = 1", "新区", "NOT authors:\"云州\""][..]);
        (proptest::option::weighted(0.8, keyword_filter()), filter)
            .prop_map(|(keywords, filter)| WatchQuery { keywords, filter: Filter::parse(filter).expect("a filter") })
    }

    fn article() -> impl Strategy<Value = Article> {
        (text(5), text(4), text(12), 1u64..3).prop_map(|(headline, author, body, revision)| Article {
            name: ArticleName::from_id("a").expect("an id"),
            content: ArticleContent { headline, authors: vec![author], body, ..ArticleContent::default() },
            char_count: 0,
            create_time: Timestamp::UNIX_EPOCH,
            update_time: Timestamp::UNIX_EPOCH,
            revision,
            duplicate_of: None,
            parse_report: None,
            raw: None,
        })
    }

    proptest! {
        #[test]
        fn everyone_is_told_what_asking_one_by_one_says(
            groups in proptest::collection::vec(proptest::collection::vec(query(), 0..5), 1..6),
            articles in proptest::collection::vec(article(), 1..4),
            gone in proptest::collection::btree_set(0..12_usize, 0..12),
        ) {
            let mut matcher = Matcher::default();
            let mut all = BTreeMap::new();
            for group in groups {
                let new = group.into_iter().map(Arc::new).map(|query| {
                    let number = all.len();
                    all.insert(number, Arc::clone(&query));
                    (query, number)
                });
                matcher.add(new.collect(), |_| true);
            }
            for round in 0..2 {
                for article in &articles {
                    let texts = FoldedFields::of(&article.content);
                    for and_others in [false, true] {
                        let mut told = BTreeMap::new();
                        matcher.judge(article, &texts, and_others, |&mut number, is_match| {
                            assert_eq!(told.insert(number, is_match), None, "told twice");
                        });
                        let mut expected: BTreeMap<_, _> =
                            all.iter().map(|(&number, query)| (number, query.matches(article, &texts))).collect();
                        expected.retain(|number, is_match| *is_match || (and_others && told.contains_key(number)));
                        told.retain(|number, _| all.contains_key(number));
                        prop_assert_eq!(&told, &expected);
                        if and_others {
                            prop_assert_eq!(told.len(), all.len());
                        }
                    }
                }
                if round == 0 {
                    all.retain(|number, _| !gone.contains(number));
                    matcher.clean(|number| !gone.contains(number));
                }
            }
        }
    }
}
