//! The rules of near-duplicates, in the suite of [`super::rules`].

use super::Fresh;
use super::fixtures::*;
use crate::article::{ArticleName, View};
use crate::store::{NewArticle, SharedStore, Write, Written};
use crate::text::Fingerprint;

pub(super) async fn duplicates_name_the_earliest(Fresh { store, .. }: Fresh) {
    let duplicate_of = async |id: &str| {
        let article = store.get(&name(id), View::Basic).await.expect("an answer").expect("an article");
        article.duplicate_of.map(|name| name.id().to_owned())
    };
    let (bridge, harvest) = (story(1), story(2));
    // The original is the article that was stored first, whatever the names and times.
    ingest(&store, published(new("z", "甲", &bridge), at(100)), at(3)).await;
    ingest(&store, new("h", "丁", &harvest), at(2)).await;
    ingest(&store, published(new("m", "乙", &bridge), at(-100)), at(1)).await;
    ingest(&store, new("a", "丙", &bridge), at(0)).await;
    assert_eq!(duplicate_of("z").await, None);
    assert_eq!(duplicate_of("h").await, None);
    assert_eq!(duplicate_of("m").await.as_deref(), Some("z"));
    assert_eq!(duplicate_of("a").await.as_deref(), Some("z"));

    // When the original is deleted, the next article becomes the original.
    write(&store, Write::Delete { name: name("z"), expected: None }, at(4)).await;
    assert_eq!(duplicate_of("m").await, None);
    assert_eq!(duplicate_of("a").await.as_deref(), Some("m"));

    // Likewise when the original becomes another story.
    ingest(&store, new("m", "乙", &story(3)), at(5)).await;
    assert_eq!(duplicate_of("a").await, None);

    // An earlier article that becomes the same story is the original.
    ingest(&store, new("h", "丁", &bridge), at(6)).await;
    assert_eq!(duplicate_of("a").await.as_deref(), Some("h"));
    assert_eq!(duplicate_of("h").await, None);
    let Written::Stored { article, .. } = write(&store, Write::ingest(new("b", "戊", &bridge)), at(7)).await else {
        panic!("not stored");
    };
    assert_eq!(article.duplicate_of, Some(name("h")));
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
}

/// What a new article is stored as a duplicate of.
async fn original(store: &SharedStore, new: NewArticle) -> Option<ArticleName> {
    match write(store, Write::ingest(new), at(2)).await {
        Written::Stored { article, .. } => article.duplicate_of,
        other => panic!("not stored: {other:?}"),
    }
}

/// Form letters share their keys with more articles than an engine may compare. Which are compared depends on what was stored
/// at that time, so `check` must not call it damage that a change of others brings a letter among them.
pub(super) async fn a_form_letter_that_was_not_compared_is_no_damage(Fresh { store, .. }: Fresh) {
    let part = |number: u32, length: u32| -> String {
        (0..length).filter_map(|at| char::from_u32(0x4E00 + (number * 7919 + at * 104_729) % 20_000)).collect()
    };
    let letter = |own: &str| format!("{}{own}", part(5000, 50));
    let letters: Vec<String> = (0..40).map(|number| letter(&part(number, 25))).collect();
    let one = letter(&part(1000, 25));
    // Near to `one`, and with no key of it that not most letters have.
    let print = |body: &str| Fingerprint::of(body).expect("long enough");
    let is_common = |key: &u32| letters.iter().filter(|letter| print(letter).keys().contains(key)).count() > 32;
    let is_other = |body: &String| {
        let shared = print(body).keys().into_iter().filter(|key| print(&one).keys().contains(key));
        print(body).is_near(&print(&one)) && shared.collect::<Vec<_>>().iter().all(is_common)
    };
    let mut others = (2000..2200).map(|number| letter(&format!("{}{}", part(1000, 13), part(number, 12))));
    let other = others.find(is_other).expect("one of many");
    for (number, letter) in letters.iter().enumerate() {
        ingest(&store, new(&format!("a{number}"), "甲", letter), at(0)).await;
    }
    ingest(&store, new("one", "甲", &one), at(0)).await;
    ingest(&store, new("other", "甲", &other), at(0)).await;
    for number in 0..20 {
        ingest(&store, new(&format!("a{number}"), "乙", &part(3000 + number, 60)), at(1)).await;
    }
    assert_eq!(store.check().await.expect("an answer"), Vec::<String>::new());
    // An article that comes now is compared.
    assert_eq!(original(&store, new("copy", "甲", &one)).await, Some(name("one")));
}
