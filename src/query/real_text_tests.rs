//! Folding, matching and snippets on real text, where there is some.

use unicode_normalization::UnicodeNormalization;

use super::{FoldedFields, Keyword, KeywordFilter, KeywordMatch};
use crate::article::ArticleContent;
use crate::text::{Folded, fold};

/// Every text of the test data; none where there is no test data.
fn real_articles() -> Vec<ArticleContent> {
    let Some(folder) = crate::test_data::folder() else { return Vec::new() };
    let entries = std::fs::read_dir(&folder).expect("a readable folder");
    let files =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let lines = files.flat_map(|path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
        .map(|value| {
            let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            ArticleContent { headline: text("title"), body: text("text"), ..ArticleContent::default() }
        })
        .collect()
}

fn filter(keyword: &str) -> KeywordFilter {
    let keyword = Keyword::new(keyword).expect(keyword);
    KeywordFilter::new(vec![keyword], vec![], vec![], vec![], KeywordMatch::Substring).expect("a filter")
}

#[test]
fn real_text_folds_and_is_found() {
    let articles = real_articles();
    if articles.is_empty() {
        println!("skipped: there is no folder of test data");
        return;
    }
    for text in articles.iter().flat_map(|article| [&article.headline, &article.body]) {
        let folded = Folded::new(text);
        assert_eq!(folded.text, fold(text));
        assert_eq!(fold(&folded.text), folded.text, "{text}");
        if !folded.text.is_empty() {
            assert_eq!(fold(&text[folded.original_range(0..folded.text.len())]), folded.text, "{text}");
        }
    }

    // Each way of writing finds the same articles, and all that hold the text as it is written.
    let compose =
        |article: &ArticleContent| [article.headline.as_str(), "\n", article.body.as_str()].concat().nfc().collect();
    let composed: Vec<String> = articles.iter().map(compose).collect();
    let folded: Vec<FoldedFields> = articles.iter().map(FoldedFields::of).collect();
    for ways in [
        &["安全生产", "安全生產"][..],
        &["雄安", "雄 安"],
        &["習", "习"],
        &["ＡＢＣ", "abc", "ABC", "Ａbc"],
        &["5G", "５ｇ"],
        &["臺灣", "台灣", "台湾"],
        &["的"],
        &["，", ","],
    ] {
        let found = |way: &str| -> Vec<usize> {
            let filter = filter(way);
            (0..folded.len()).filter(|index| filter.matches_folded(&folded[*index])).collect()
        };
        let first = found(ways[0]);
        println!("{ways:?}: {} of {}", first.len(), articles.len());
        for way in ways {
            assert_eq!(found(way), first, "{way}");
            for (index, composed) in composed.iter().enumerate() {
                assert!(!composed.contains(way) || first.contains(&index), "{way} in {composed}");
            }
            let filter = filter(way);
            for index in first.iter().take(50) {
                let snippets = filter.snippets(&articles[*index], 3);
                assert!(!snippets.is_empty());
                for snippet in snippets {
                    let shown: String = snippet.segments.iter().map(|segment| segment.text.as_str()).collect();
                    assert!(articles[*index].headline.contains(&shown) || articles[*index].body.contains(&shown));
                    let hits = snippet.segments.iter().filter(|segment| segment.hit);
                    assert!(hits.into_iter().all(|hit| fold(&hit.text).contains(&fold(way))));
                }
            }
        }
    }
}
