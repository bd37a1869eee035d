//! The folded texts of an article: the input of keyword matching and of the index.

use std::ops::Range;

use super::TextField;
use crate::article::ArticleContent;
use crate::text::fold_into;

/// Ends a field. Folded text holds no white space but spaces, so neither this nor [`ITEM_END`] is ever part of a text
/// or of a keyword: a keyword that is found in several of them at once is found in one.
const FIELD_END: char = '\t';

/// Stands between two items of a field that has several, such as two authors.
const ITEM_END: char = '\n';

/// The searchable texts of an article, folded, each item by itself, in one string that can be kept as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedFields<T = String> {
    /// Every field of [`TextField::ALL`], in that order, each with its end.
    text: T,
    ends: [usize; TextField::ALL.len()],
}

impl FoldedFields {
    /// What follows the body in [`FoldedFields::as_str`].
    pub(crate) const END: &'static str = "\t";

    /// Folds an article.
    pub fn of(content: &ArticleContent) -> Self {
        let mut text = String::with_capacity(content.body.len() + 512);
        let mut ends = [0; TextField::ALL.len()];
        for (field, end) in TextField::ALL.into_iter().zip(&mut ends) {
            for (index, item) in items(content, field).enumerate() {
                if index > 0 {
                    text.push(ITEM_END);
                }
                fold_into(item, &mut text);
            }
            *end = text.len();
            text.push(FIELD_END);
        }
        Self { text, ends }
    }
}

impl<T: AsRef<str>> FoldedFields<T> {
    /// The inverse of [`FoldedFields::as_str`]; `None` for a text that it cannot have returned.
    pub(crate) fn from_stored(text: T) -> Option<Self> {
        let mut ends = [0; TextField::ALL.len()];
        let mut found = text.as_ref().match_indices(FIELD_END).map(|(at, _)| at);
        for end in &mut ends {
            *end = found.next()?;
        }
        let is_whole = found.next().is_none() && text.as_ref().ends_with(FIELD_END);
        is_whole.then_some(Self { text, ends })
    }

    /// The stored form up to the body, and the body.
    pub(crate) fn heads_and_body(&self) -> (&str, &str) {
        let body = self.range(TextField::Body);
        let text = self.as_str();
        (&text[..body.start], &text[body])
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        self.text.as_ref()
    }

    /// The folded items of a field, in order. A field that is empty has one item or none.
    pub fn items(&self, field: TextField) -> impl Iterator<Item = &str> {
        self.as_str()[self.range(field)].split(ITEM_END)
    }

    /// The given fields, as the longest contiguous slices. The fields must be sorted.
    pub(super) fn stretches(&self, fields: &[TextField]) -> impl Iterator<Item = &str> {
        fields.chunk_by(|a, b| *a as usize + 1 == *b as usize).filter_map(|run| {
            let (first, last) = (*run.first()?, *run.last()?);
            self.as_str().get(self.range(first).start..self.range(last).end)
        })
    }

    /// The field that a place in [`FoldedFields::as_str`] is in.
    pub(crate) fn field_at(&self, at: usize) -> TextField {
        let index = self.ends.partition_point(|&end| end < at);
        TextField::ALL.get(index).copied().unwrap_or(TextField::Body)
    }

    fn range(&self, field: TextField) -> Range<usize> {
        let index = field as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] + FIELD_END.len_utf8() };
        start..self.ends[index]
    }
}

/// The texts of a field, each to be searched by itself.
pub(super) fn items(content: &ArticleContent, field: TextField) -> impl Iterator<Item = &str> {
    // Without `..`: whether keywords are searched in a new field is decided here.
    let ArticleContent {
        headline,
        kicker,
        subheadlines,
        dateline: _,
        authors,
        editors: _,
        info_source,
        section: _,
        body,
        keywords,
        cited_works: _,
        language_code: _,
        url: _,
        publish_time: _,
        fetch_time: _,
        labels: _,
    } = content;
    let (one, several): (Option<&String>, &[String]) = match field {
        TextField::Headline => (Some(headline), &[]),
        TextField::Kicker => (Some(kicker), &[]),
        TextField::Subheadline => (None, subheadlines),
        TextField::Keywords => (None, keywords),
        TextField::Authors => (None, authors),
        TextField::InfoSource => (Some(info_source), &[]),
        TextField::Body => (Some(body), &[]),
    };
    one.into_iter().chain(several).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> ArticleContent {
        ArticleContent {
            headline: "雲城\t新區".to_owned(),
            authors: vec!["甲".to_owned(), " ".to_owned(), "Ｂ\n".to_owned()],
            body: "第一段\n第二段 a".to_owned(),
            ..ArticleContent::default()
        }
    }

    #[test]
    fn each_item_is_folded_by_itself() {
        let folded = FoldedFields::of(&content());
        let items = |field| folded.items(field).collect::<Vec<_>>();
        assert_eq!(items(TextField::Headline), ["云城新区"]);
        assert_eq!(items(TextField::Kicker), [""]);
        assert_eq!(items(TextField::Authors), ["甲", "", "b"]);
        assert_eq!(items(TextField::Body), ["第一段第二段 a"]);
    }

    #[test]
    fn a_place_is_in_a_field() {
        let folded = FoldedFields::of(&content());
        let at = |text: &str| folded.field_at(folded.as_str().find(text).expect(text));
        assert_eq!(at("云城"), TextField::Headline);
        assert_eq!(at("区"), TextField::Headline);
        assert_eq!(at("甲"), TextField::Authors);
        assert_eq!(at("第一"), TextField::Body);
        assert_eq!(folded.field_at(usize::MAX), TextField::Body);
    }

    #[test]
    fn neighbouring_fields_are_one_stretch() {
        let folded = FoldedFields::of(&content());
        let stretches = |fields: &[TextField]| folded.stretches(fields).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(stretches(&TextField::ALL), [folded.as_str().trim_end_matches('\t')]);
        assert_eq!(
            stretches(&[TextField::Headline, TextField::InfoSource, TextField::Body]),
            ["云城新区", "\t第一段第二段 a"]
        );
    }

    #[test]
    fn what_was_kept_comes_back() {
        let folded = FoldedFields::of(&content());
        assert_eq!(FoldedFields::from_stored(folded.as_str().to_owned()), Some(folded));
        for damaged in ["", "a", "\t\t\t\t\t\t", "\t\t\t\t\t\t\t\t", "\t\t\t\t\t\t\ta"] {
            assert_eq!(FoldedFields::from_stored(damaged), None, "{damaged:?}");
        }
    }
}
