//! The rule of reparsing a document, in the suite of [`super::rules`].

use std::collections::BTreeMap;

use super::Fresh;
use super::fixtures::{name as name_of, *};
use super::rules::full_article;
use crate::article::{ArticleContent, Etag, Outcome, ParseReport, View};
use crate::store::{Search, Write, Written};

pub(super) async fn a_reparse_replaces_what_the_old_parser_made(Fresh { store, .. }: Fresh) {
    let given = full_article();
    let name = given.name.clone();
    let etag = ingest(&store, given.clone(), at(0)).await;
    let report = |parser_version| ParseReport { parser_version, ..ParseReport::default() };
    let reparse = |content: &ArticleContent, version, expected: &Etag| Write::Reparse {
        name: name.clone(),
        content: content.clone(),
        parse_report: report(version),
        expected: expected.clone(),
    };

    // The same content with a newer report: only the report changes, and edits stay.
    let edited = ArticleContent { headline: "更正".to_owned(), labels: BTreeMap::new(), ..given.content.clone() };
    let replace = Write::Replace { name: name.clone(), content: edited.clone(), expected: etag.clone() };
    write(&store, replace, at(1)).await;
    let stale = write(&store, reparse(&given.content, 4, &etag), at(2)).await;
    assert_eq!(stale, Written::EtagMismatch);
    let current = store.get(&name, View::Full).await.expect("an answer").expect("an article").etag();
    let written = write(&store, reparse(&given.content, 4, &current), at(2)).await;
    assert_eq!(outcome(&written), Some(Outcome::Updated));
    let stored = store.get(&name, View::Raw).await.expect("an answer").expect("an article");
    assert_eq!((&stored.content, stored.parse_report.clone()), (&edited, Some(report(4))));
    assert_eq!((stored.revision, &stored.raw), (3, &given.raw));
    let again = write(&store, reparse(&given.content, 4, &stored.etag()), at(3)).await;
    assert_eq!(outcome(&again), Some(Outcome::Unchanged));

    // New content replaces everything but the labels, also in the index.
    let other = ArticleContent { headline: "青溪大橋".to_owned(), ..given.content.clone() };
    let written = write(&store, reparse(&other, 5, &stored.etag()), at(4)).await;
    assert_eq!(outcome(&written), Some(Outcome::Updated));
    let stored = store.get(&name, View::Raw).await.expect("an answer").expect("an article");
    assert_eq!(stored.content, ArticleContent { labels: BTreeMap::new(), ..other });
    assert_eq!((stored.create_time, stored.raw), (at(0), given.raw));
    let found = |word| Search { keywords: Some(words(&[word], &[], &[], &[])), ..search() };
    assert_eq!(ids(&ask(&store, &found("青溪大橋")).await), ["full"]);
    assert!(ids(&ask(&store, &found("更正")).await).is_empty());
    let missing = Write::Reparse {
        name: name_of("none"),
        content: ArticleContent::default(),
        parse_report: report(1),
        expected: etag,
    };
    assert_eq!(write(&store, missing, at(5)).await, Written::Missing);
}
