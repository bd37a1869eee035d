//! Snippets: passages of the original text around a filter's hits.

use std::ops::Range;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use super::folded::items;
use super::matching::occurrences;
use super::{KeywordFilter, KeywordMatch, TextField};
use crate::article::ArticleContent;
use crate::text::{Folded, Words};

/// How much is shown on either side of hits, in grapheme clusters: a snippet of one hit is about two lines of Chinese.
const CONTEXT_CLUSTERS: usize = 30;

/// A snippet of this length is not extended to a further hit: some 200 Chinese characters.
const FULL_SNIPPET_BYTES: usize = 600;

/// How many hits of one keyword are looked at for each snippet that is wanted: more than a full snippet can show, so that
/// those left out of a long text lie past the last one.
const HITS_A_SNIPPET: usize = 2 * FULL_SNIPPET_BYTES;

/// A stretch of one field around hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The field that the text is from.
    pub field: TextField,
    /// Joined, they are a stretch of the original text. None is empty, and none begins or ends within a grapheme cluster.
    pub segments: Vec<Segment>,
}

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Original text, not folded.
    pub text: String,
    /// Whether this is an occurrence of a keyword.
    pub hit: bool,
}

impl KeywordFilter {
    /// Shows where the keywords of `all` and `any` are: the most telling field first ([`TextField::ALL`]), in the order of
    /// the text, at most so many.
    pub fn snippets(&self, content: &ArticleContent, at_most: usize) -> Vec<Snippet> {
        let mut snippets = Vec::new();
        for field in &self.fields {
            for item in items(content, *field) {
                let wanted = at_most - snippets.len();
                if wanted == 0 {
                    return snippets;
                }
                let hits = self.hits(item, wanted);
                let found = Stretches { item, hits: &hits, shown_until: 0 }.take(wanted);
                snippets.extend(found.map(|segments| Snippet { field: *field, segments }));
            }
        }
        snippets
    }

    /// The stretches of an item that are hits, in order, made of whole grapheme clusters, and merged where they touch.
    fn hits(&self, item: &str, snippets: usize) -> Vec<Range<usize>> {
        let folded = Folded::new(item);
        let mut hits = Vec::new();
        for keyword in self.all.iter().chain(&self.any) {
            let keyword = keyword.folded();
            let mut words = Words::of(&folded.text);
            let found = occurrences(&folded.text, keyword)
                .map(|start| start..start + keyword.len())
                .filter(|hit| match self.matching {
                    KeywordMatch::Substring => true,
                    KeywordMatch::Word => words.is_boundary(hit.start) && words.is_boundary(hit.end),
                })
                .take(HITS_A_SNIPPET.saturating_mul(snippets))
                .map(|hit| whole_clusters(item, folded.original_range(hit)));
            hits.extend(found);
        }
        hits.sort_unstable_by_key(|hit| (hit.start, hit.end));
        hits.dedup_by(|next, hit| {
            let joins = next.end <= hit.end || next.start <= hit.end && hit.len() < FULL_SNIPPET_BYTES;
            if joins {
                hit.end = hit.end.max(next.end);
            } else {
                // Only where hits without end were parted into pieces of a snippet's length.
                next.start = next.start.max(hit.end);
            }
            joins
        });
        hits
    }
}

/// The smallest range of whole grapheme clusters that contains the given range.
fn whole_clusters(text: &str, stretch: Range<usize>) -> Range<usize> {
    let mut start = GraphemeCursor::new(stretch.start, text.len(), true);
    let mut end = GraphemeCursor::new(stretch.end, text.len(), true);
    // The cursors see the whole text, so that they never ask for more of it.
    let start = match start.is_boundary(text, 0) {
        Ok(false) => start.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
        _ => stretch.start,
    };
    let end = match end.is_boundary(text, 0) {
        Ok(false) => end.next_boundary(text, 0).ok().flatten().unwrap_or(text.len()),
        _ => stretch.end,
    };
    start..end
}

/// Gathers the hits of an item into stretches to show.
struct Stretches<'a> {
    item: &'a str,
    /// What is left of them.
    hits: &'a [Range<usize>],
    shown_until: usize,
}

impl Iterator for Stretches<'_> {
    type Item = Vec<Segment>;

    fn next(&mut self) -> Option<Vec<Segment>> {
        let first = self.hits.first()?;
        let mut at = context_before(self.item, first.start).max(self.shown_until);
        let start = at;
        let mut segments = Vec::new();
        let mut show = |range: Range<usize>, hit: bool| match self.item.get(range) {
            Some(text) if !text.is_empty() => segments.push(Segment { text: text.to_owned(), hit }),
            _ => {}
        };
        while let Some((hit, later)) = self.hits.split_first() {
            let is_near = at == start || hit.start <= context_after(self.item, at);
            let is_full = at - start >= FULL_SNIPPET_BYTES;
            if !is_near || is_full {
                break;
            }
            show(at..hit.start, false);
            show(hit.clone(), true);
            at = hit.end;
            self.hits = later;
        }
        let next_hit = self.hits.first().map_or(self.item.len(), |hit| hit.start);
        self.shown_until = context_after(self.item, at).min(next_hit);
        show(at..self.shown_until, false);
        Some(segments)
    }
}

/// Where the context of a hit that begins here begins: within its paragraph.
fn context_before(text: &str, hit_start: usize) -> usize {
    text[..hit_start]
        .grapheme_indices(true)
        .rev()
        .take(CONTEXT_CLUSTERS)
        .take_while(|(_, cluster)| !is_break(cluster))
        .last()
        .map_or(hit_start, |(start, _)| start)
}

/// Where the context of a hit that ends here ends.
fn context_after(text: &str, hit_end: usize) -> usize {
    text[hit_end..]
        .grapheme_indices(true)
        .take(CONTEXT_CLUSTERS)
        .take_while(|(_, cluster)| !is_break(cluster))
        .last()
        .map_or(hit_end, |(start, cluster)| hit_end + start + cluster.len())
}

fn is_break(cluster: &str) -> bool {
    matches!(cluster, "\n" | "\r" | "\r\n" | "\u{2028}" | "\u{2029}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::Keyword;
    use crate::text::fold;

    fn filter(any: &[&str], matching: KeywordMatch) -> KeywordFilter {
        let any = any.iter().map(|given| Keyword::new(given).expect(given)).collect();
        KeywordFilter::new(vec![], any, vec![], vec![], matching).expect("a filter")
    }

    /// Hits in brackets.
    fn shown(snippet: &Snippet) -> String {
        snippet
            .segments
            .iter()
            .map(|part| if part.hit { format!("[{}]", part.text) } else { part.text.clone() })
            .collect()
    }

    fn check(body: &str, keywords: &[&str], expected: &[&str]) {
        let content = ArticleContent { body: body.to_owned(), ..ArticleContent::default() };
        let snippets = filter(keywords, KeywordMatch::Substring).snippets(&content, 10);
        assert_eq!(snippets.iter().map(shown).collect::<Vec<_>>(), expected, "{body}");
    }

    #[test]
    fn hits_are_shown_in_the_original_script_and_width() {
        check("雲城新區召開ＡＢＣ會議", &["新区", "abc会"], &["雲城[新區]召開[ＡＢＣ會]議"]);
        check("新 \n區", &["新区"], &["[新 \n區]"]);
        check("a ﬁne cafe\u{301}.", &["in", "é"], &["a [ﬁn]e caf[e\u{301}]."]);
        check("葛\u{E0100}飾", &["葛"], &["[葛\u{E0100}]飾"]);
        check("没有", &["新区"], &[]);
    }

    #[test]
    fn hits_that_touch_are_one() {
        check("新区区长哈哈哈", &["新区", "区长", "哈哈"], &["[新区区长哈哈哈]"]);
        check("新区区", &["新区", "区"], &["[新区区]"]);
        check("新区的新区", &["新区"], &["[新区]的[新区]"]);
    }

    #[test]
    fn context_is_bounded_and_keeps_to_the_paragraph() {
        let far = "远".repeat(100);
        let near = "远".repeat(30);
        check(&format!("{far}新区{far}"), &["新区"], &[&format!("{near}[新区]{near}")]);
        check(&format!("甲\n乙新区丙\n丁{far}新区"), &["新区"], &["乙[新区]丙", &format!("{near}[新区]")]);
        // Closer than two contexts: they share what is between, and show nothing twice.
        let between = "间".repeat(40);
        check(
            &format!("新区{between}新区"),
            &["新区"],
            &[&format!("[新区]{}", &between[..90]), &format!("{}[新区]", &between[90..])],
        );
    }

    #[test]
    fn the_most_telling_field_comes_first() {
        let content = ArticleContent {
            headline: "新區召開會議".to_owned(),
            authors: vec!["甲".to_owned(), "新区记者".to_owned()],
            body: "新区。\n新区！".to_owned(),
            ..ArticleContent::default()
        };
        let snippets = filter(&["新区"], KeywordMatch::Substring).snippets(&content, 3);
        let fields: Vec<_> = snippets.iter().map(|snippet| (snippet.field, shown(snippet))).collect();
        assert_eq!(
            fields,
            [
                (TextField::Headline, "[新區]召開會議".to_owned()),
                (TextField::Authors, "[新区]记者".to_owned()),
                (TextField::Body, "[新区]。".to_owned()),
            ]
        );
        assert!(filter(&["新区"], KeywordMatch::Substring).snippets(&content, 0).is_empty());
    }

    #[test]
    fn only_words_are_hits_of_words() {
        let content = ArticleContent { body: "更新区域，雄安新区".to_owned(), ..ArticleContent::default() };
        let snippets = filter(&["新区"], KeywordMatch::Word).snippets(&content, 3);
        assert_eq!(snippets.iter().map(shown).collect::<Vec<_>>(), ["更新区域，雄安[新区]"]);
    }

    #[test]
    fn a_text_of_nothing_but_hits_is_shown_in_bounded_pieces() {
        let body = "哈".repeat(300_000);
        let content = ArticleContent { body, ..ArticleContent::default() };
        let snippets = filter(&["哈"], KeywordMatch::Substring).snippets(&content, 3);
        assert_eq!(snippets.len(), 3);
        for snippet in snippets {
            assert!(snippet.segments.iter().all(|part| part.hit && part.text.len() <= 2 * FULL_SNIPPET_BYTES));
        }
    }

    proptest! {
        #[test]
        fn snippets_show_the_original_and_the_keywords(
            body in "[新区區 \nabＡﬁf\u{301}\u{FE0F}e👍🇨🇳。…]{0,200}",
            keywords in proptest::collection::vec("[新区區aＡfi.e\u{301}🇨]{1,2}", 1..4),
            at_most in 0_usize..5,
        ) {
            let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
            let filter = filter(&keywords, KeywordMatch::Substring);
            let content = ArticleContent { body: body.clone(), ..ArticleContent::default() };
            let snippets = filter.snippets(&content, at_most);
            prop_assert!(snippets.len() <= at_most);
            prop_assert_eq!(snippets.is_empty(), at_most == 0 || !filter.matches(&content));
            let boundaries: Vec<usize> = body.grapheme_indices(true).map(|(at, _)| at).chain([body.len()]).collect();
            let mut from = 0;
            for snippet in snippets {
                let joined: String = snippet.segments.iter().map(|part| part.text.as_str()).collect();
                let start = from + body[from..].find(&joined).expect("a stretch of the original, after the one before");
                from = start;
                prop_assert!(snippet.segments.iter().any(|part| part.hit));
                prop_assert!(snippet.segments.windows(2).all(|pair| pair[0].hit != pair[1].hit));
                for part in snippet.segments {
                    prop_assert!(!part.text.is_empty());
                    if part.hit {
                        let folded = fold(&part.text);
                        prop_assert!(keywords.iter().any(|keyword| folded.contains(&fold(keyword))), "{:?}", part.text);
                    }
                }
                prop_assert!(boundaries.contains(&(start + joined.len())) || body.matches(&joined).count() > 1);
            }
        }
    }
}
