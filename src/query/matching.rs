//! The meaning of a keyword filter. A store's index must find exactly the articles defined here, and verifies candidates with it.

use super::{FoldedFields, Keyword, KeywordFilter, KeywordMatch};
use crate::article::ArticleContent;
use crate::text::Words;

impl KeywordFilter {
    /// Whether an article matches.
    pub fn matches(&self, content: &ArticleContent) -> bool {
        self.matches_folded(&FoldedFields::of(content))
    }

    /// Whether an article with these folded texts matches.
    pub(crate) fn matches_folded<T: AsRef<str>>(&self, texts: &FoldedFields<T>) -> bool {
        let occurs = |keyword: &Keyword| self.occurs(keyword, texts);
        self.all.iter().all(occurs)
            && (self.any.is_empty() || self.any.iter().any(occurs))
            && !self.none.iter().any(occurs)
    }

    /// The keywords of `all` and `any` that occur, as the caller wrote them, each once, in the caller's order.
    pub fn matched_terms(&self, texts: &FoldedFields) -> Vec<&str> {
        let mut terms = Vec::new();
        for keyword in self.all.iter().chain(&self.any) {
            if !terms.contains(&keyword.given()) && self.occurs(keyword, texts) {
                terms.push(keyword.given());
            }
        }
        terms
    }

    fn occurs<T: AsRef<str>>(&self, keyword: &Keyword, texts: &FoldedFields<T>) -> bool {
        match self.matching {
            KeywordMatch::Substring => texts.stretches(&self.fields).any(|text| text.contains(keyword.folded())),
            KeywordMatch::Word => texts.stretches(&self.fields).any(|text| {
                let mut words = Words::of(text);
                occurrences(text, keyword.folded())
                    .any(|start| words.is_boundary(start) && words.is_boundary(start + keyword.folded().len()))
            }),
        }
    }
}

/// Where a keyword begins in a text, overlapping occurrences too (哈哈 twice in 哈哈哈).
pub(super) fn occurrences(text: &str, keyword: &str) -> impl Iterator<Item = usize> {
    let first_len = keyword.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text.get(from..)?.find(keyword)?;
        from = start + first_len;
        Some(start)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::TextField;
    use crate::query::folded::items;
    use crate::text::fold;

    fn keywords(given: &[&str]) -> Vec<Keyword> {
        given.iter().map(|given| Keyword::new(given).expect(given)).collect()
    }

    fn filter(all: &[&str], any: &[&str], none: &[&str]) -> KeywordFilter {
        let [all, any, none] = [all, any, none].map(keywords);
        KeywordFilter::new(all, any, none, Vec::new(), KeywordMatch::Substring).expect("a filter")
    }

    fn article() -> ArticleContent {
        ArticleContent {
            headline: "雲城新區召開安全生產會議".to_owned(),
            subheadlines: vec!["５Ｇ网络".to_owned(), "全覆蓋".to_owned()],
            authors: vec!["陳大文".to_owned()],
            body: "他說：「乾杯」\n𠮷野家 New  York\n哈哈哈".to_owned(),
            ..ArticleContent::default()
        }
    }

    #[test]
    fn substrings() {
        let found = |keyword: &str| filter(&[keyword], &[], &[]).matches(&article());
        for keyword in [
            "安全生产",
            "安全生產",
            "区",
            "區召",
            "5g網絡",
            "Ｇ",
            "干",
            "幹杯",
            "𠮷",
            ":「",
            "」 𠮷野",
            "york",
            "w y",
            " York",
            "哈哈",
            "大文",
            "覆盖",
            "复",
        ] {
            assert!(found(keyword), "{keyword}");
        }
        // Not across items or fields, and nothing is a syntax.
        for keyword in ["安全 a", "newyork", "网络全", "会议5", "*", "\"", "NOT", "区*", "议5g", "吉", "哈哈哈哈"]
        {
            assert!(!found(keyword), "{keyword}");
        }
    }

    #[test]
    fn combinations() {
        let matches = |all: &[&str], any: &[&str], none: &[&str]| filter(all, any, none).matches(&article());
        assert!(matches(&["新区", "杯"], &[], &[]));
        assert!(!matches(&["新区", "茶"], &[], &[]));
        assert!(matches(&[], &["茶", "杯"], &[]));
        assert!(!matches(&["新区"], &["茶"], &[]));
        assert!(matches(&[], &[], &["茶"]));
        assert!(!matches(&["新区"], &[], &["茶", "杯"]));
    }

    #[test]
    fn only_the_asked_fields() {
        let filter = |fields: Vec<TextField>| {
            KeywordFilter::new(keywords(&["覆盖"]), vec![], vec![], fields, KeywordMatch::Substring).expect("a filter")
        };
        assert!(filter(vec![TextField::Body, TextField::Subheadline]).matches(&article()));
        assert!(!filter(vec![TextField::Headline, TextField::Body]).matches(&article()));
    }

    #[test]
    fn terms_are_given_back_as_they_were_written() {
        let filter = filter(&["安全生產"], &["茶", "ＹＯＲＫ", "安全生產", "安全生产"], &["酒"]);
        assert_eq!(filter.matched_terms(&FoldedFields::of(&article())), ["安全生產", "ＹＯＲＫ", "安全生产"]);
    }

    #[test]
    fn words() {
        let check = |text: &str, keyword: &str, expected: bool| {
            let content = ArticleContent { body: text.to_owned(), ..ArticleContent::default() };
            let filter = KeywordFilter::new(keywords(&[keyword]), vec![], vec![], vec![], KeywordMatch::Word);
            assert_eq!(filter.expect("a filter").matches(&content), expected, "{keyword} in {text}");
        };
        check("雄安新区召开会议", "新区", true);
        check("雄安新區召開會議", "新区", true);
        check("更新区域规划", "新区", false);
        check("更新区域规划，建设新区", "新区", true);
        check("雄安新区召开会议", "新区召开", true);
        check("雄安新区召开会议", "区召", false);
        check("the cat sat", "cat", true);
        check("concatenate", "cat", false);
        check("cats, a Cat.", "cat", true);
        check("用5G网络上网", "5g", true);
        check("用5G网络上网", "g", false);
        check("价格3.14元", "3.14", true);
        check("价格3.14元", "14", false);
        check("don't", "don", false);
        check("新区", "新区", true);
    }

    proptest! {
        /// The oracle of the oracle: item by item, nothing shared.
        #[test]
        fn a_keyword_occurs_if_it_does_in_a_folded_item(
            texts in proptest::collection::vec("[新区a 區\n]{0,6}", 4),
            keyword in "[新区a區]{1,3}",
            fields in proptest::sample::subsequence(TextField::ALL.to_vec(), 1..=7),
        ) {
            let content = ArticleContent {
                headline: texts[0].clone(),
                subheadlines: texts[1..3].to_vec(),
                body: texts[3].clone(),
                ..ArticleContent::default()
            };
            let sought = keywords(&[&keyword]);
            let filter = KeywordFilter::new(sought, vec![], vec![], fields.clone(), KeywordMatch::Substring);
            let naive = fields.iter().any(|field| items(&content, *field).any(|item| fold(item).contains(&fold(&keyword))));
            prop_assert_eq!(filter.expect("a filter").matches(&content), naive);
        }
    }
}
