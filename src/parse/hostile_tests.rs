//! Hostile pages: parsing terminates, and the article fits the limits. A rule with super-linear cost makes these tests hang;
//! the example `hostile` measures the cost of each class.

#[path = "../../examples/hostile/pages.rs"]
mod pages;

use super::*;
use crate::article::{MAX_BODY_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_TEXT_BYTES};

fn parsed(class: &str, page: &[u8], content_type: &str) -> Parsed {
    let document =
        RawDocument { content: page.to_vec().into(), content_type: content_type.to_owned(), ..RawDocument::default() };
    let parsed = parse_with(&document, ParseOptions { extract_keywords: false });
    let ArticleContent { headline, kicker, info_source, section, body, .. } = &parsed.content;
    assert!(body.len() <= MAX_BODY_BYTES, "{class}");
    for text in [headline, kicker, info_source, section] {
        assert!(text.len() <= MAX_TEXT_BYTES, "{class}");
    }
    let ArticleContent { subheadlines, authors, editors, keywords, cited_works, .. } = &parsed.content;
    for list in [subheadlines, authors, editors, keywords, cited_works] {
        assert!(list.len() <= MAX_ITEMS, "{class}");
        assert!(list.iter().all(|item| item.len() <= MAX_ITEM_BYTES), "{class}");
    }
    let removed: usize = parsed.report.removed_lines.iter().map(|line| line.text.len() + line.reason.len() + 12).sum();
    assert!(removed <= 768 << 10, "{class}");
    parsed
}

#[test]
fn every_class_of_page_terminates() {
    for (class, page) in pages::CLASSES {
        for content_type in ["text/html", "text/plain"] {
            parsed(class, &page(6 << 10), content_type);
        }
    }
}

#[test]
fn each_truncation_has_a_warning() {
    let check = |page: Vec<u8>, content_type: &str, reason: &str| {
        let report = parsed(reason, &page, content_type).report;
        let warned = report.warnings.iter().any(|warning| warning.reason == reason);
        assert!(warned, "{reason} in {:?}", report.warnings);
    };
    let text = "text/plain; charset=utf-8";
    check("啊".repeat(1 << 20).into(), text, "BODY_TRUNCATED");
    check("微信\n".repeat(1 << 16).into(), text, "REMOVED_LINES_TRUNCATED");
    check(
        format!("湖畔镇。\n{}", "《湖》《畔》".repeat(10)).replace('湖', &"湖".repeat(199)).into(),
        text,
        "FIELD_TRUNCATED",
    );
    let title = format!("<title>{}</title><p>湖畔镇新桥今天通车。", "湖".repeat(5000));
    check(title.into(), "text/html", "FIELD_TRUNCATED");
    let works: String = (0..300).map(|number| format!("《{number}》")).collect();
    check(works.into(), text, "FIELD_TRUNCATED");
}
