//! The informative lines around a page's content: bylines above, editors and sources below.

use super::flat_dom::FlatDom;
use super::labels::{MAX_BYLINE, is_byline, is_closing};
use super::lines::RenderedLine;
use super::title::letters;
use crate::parse::lexicon::byline_words;
use crate::parse::normalized_line::normalize_line;

/// Maximum number of lines to check between headline and content, and after the content.
const MAX_AROUND: usize = 40;

/// Number of content lines, from either end, to look up on the page.
const MAX_JOINED: usize = 6;

/// The informative lines around a page's content.
pub(super) struct Surroundings<'a> {
    pub before: Vec<&'a str>,
    pub after: Vec<&'a str>,
    /// All lines between headline and content.
    pub between: &'a [RenderedLine],
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(page: &'a [RenderedLine], headline_node: Option<usize>, content: &[String]) -> Self {
        // The library joins some lines, but most occur unchanged on the page.
        let is_text = |line: &&String| line.chars().count() >= 8;
        let is_on_page = |line: &&String| page.iter().any(|own| own.text == **line);
        let headline_at = headline_node.and_then(|node| page.iter().position(|line| line.node == node));
        let headline = headline_at.and_then(|at| page.get(at)).map(|line| letters(&line.text)).unwrap_or_default();
        // The content may begin with the headline.
        let is_below = |line: &&String| letters(line) != headline;
        let below = || content.iter().filter(is_below);
        let first = below().filter(is_text).take(MAX_JOINED).find(is_on_page).or(below().next());
        let last = content.iter().rev().filter(is_text).take(MAX_JOINED).find(is_on_page).or(content.last());
        let search_from = headline_at.map_or(0, |at| at + 1);
        let position = |wanted: Option<&String>, from: usize| {
            let wanted = wanted?;
            page.iter().skip(from).position(|line| line.text == *wanted).map(|at| from + at)
        };
        let first_at = position(first, search_from).or_else(|| position(first, 0));
        let last_at = last.and_then(|last| page.iter().rposition(|line| line.text == *last));
        let between = first_at.and_then(|first_at| {
            let from = headline_at.map_or(0, |at| at + 1).max(first_at.saturating_sub(MAX_AROUND));
            page.get(from..first_at)
        });
        let between = between.unwrap_or_default();
        let mut before = Vec::new();
        for (at, line) in between.iter().enumerate() {
            let follows_label =
                at.checked_sub(1).and_then(|at| between.get(at)).is_some_and(|line| line.text.ends_with(['：', ':']));
            if is_byline(&line.text) || follows_label && line.characters() <= 20 {
                before.push(line.text.as_str());
            }
        }
        let after = last_at
            .and_then(|at| page.get(at + 1..))
            .unwrap_or_default()
            .iter()
            .take(MAX_AROUND)
            .filter(|line| line.characters() <= MAX_BYLINE && is_closing(&line.text))
            .map(|line| line.text.as_str())
            .collect();
        Self { before, after, between }
    }
}

/// Words in class and id of elements that contain a story's summary.
const SUMMARY_MARKS: &[&str] = &["lead", "summary", "abstract", "daodu", "zhaiyao", "digest"];

impl<'a> Surroundings<'a> {
    /// Summaries between headline and content, recognized by their class or id, unless the content contains them too.
    pub(super) fn summaries(&self, dom: &FlatDom, content: &[String]) -> Vec<&'a str> {
        /// In characters.
        const MIN_SUMMARY: usize = 20;
        /// In letters. This prefix is enough to recognize the summary in the content.
        const BEGIN: usize = 12;
        let is_marked = |line: &&RenderedLine| dom.is_marked(line.node, 2, SUMMARY_MARKS);
        let is_new = |line: &&RenderedLine| {
            let begin: String = letters(&line.text).chars().take(BEGIN).collect();
            !content.iter().any(|known| letters(known).contains(&begin))
        };
        let text = self.between.iter().filter(|line| line.characters() >= MIN_SUMMARY).filter(is_marked);
        text.filter(|line| !is_byline(&line.text)).filter(is_new).map(|line| line.text.as_str()).collect()
    }
}

/// Marks of elements that hold the name of an account.
const ACCOUNT_MARKS: &[&str] = &["author", "account", "nickname", "username"];

impl<'a> Surroundings<'a> {
    /// The account that a platform names between headline and content, with the button that follows it.
    pub(super) fn account_with_button(&self, dom: &FlatDom) -> Option<&'a str> {
        /// In characters.
        const ACCOUNT: std::ops::RangeInclusive<usize> = 2..=16;
        let is_button = |line: &RenderedLine| {
            let label = normalize_line(line.text.trim_start_matches('+').trim());
            byline_words::FOLLOW_BUTTONS.contains(&label.as_str())
        };
        self.between.iter().zip(self.between.iter().skip(1)).find_map(|(line, next)| {
            let is_account = ACCOUNT.contains(&line.characters()) && dom.is_marked(line.node, 2, ACCOUNT_MARKS);
            (is_account && is_button(next)).then_some(line.text.as_str())
        })
    }
}
