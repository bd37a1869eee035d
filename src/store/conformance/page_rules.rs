//! Rules of pagination, one test each, in the suite of [`super::rules`].

use std::cell::Cell;

use super::Fresh;
use super::fixtures::*;
use crate::article::View;
use crate::query::{Order, OrderKey, PageSize};
use crate::store::{Search, Write};

pub(super) async fn pages_join_up(Fresh { store, .. }: Fresh) {
    for number in 0..25 {
        ingest(&store, published(new(&format!("a{number}"), "甲", "乙"), at(number % 7)), at(number)).await;
    }
    let whole = all_pages(&store, search()).await;
    assert_eq!(whole.len(), 1);
    for size in [1, 2, 5, 24, 25, 26] {
        let pages = all_pages(&store, Search { page_size: PageSize::new(size).expect("a size"), ..search() }).await;
        assert!(pages.iter().all(|page| page.len() <= size as usize));
        assert_eq!(pages.concat(), whole[0], "pages of {size}");
    }
    // A cursor stays valid if its article was deleted or changed, or never existed.
    let first = ask(&store, &Search { page_size: PageSize::new(5).expect("a size"), ..search() }).await;
    let last = first.articles.last().expect("five").name.clone();
    write(&store, Write::Delete { name: last, expected: None }, at(100)).await;
    let rest = Search { after: first.next, ..search() };
    assert_eq!(ids(&ask(&store, &rest).await), whole[0][5..]);
}

pub(super) async fn pages_are_cut_by_bytes(Fresh { store, .. }: Fresh) {
    for number in 0..4 {
        ingest(&store, published(new(&format!("a{number}"), "甲", &"字".repeat(1000)), at(-number)), at(0)).await;
    }
    let of_bytes = |max_page_bytes| all_pages(&store, Search { max_page_bytes, ..search() });
    assert_eq!(of_bytes(1).await, [["a0"], ["a1"], ["a2"], ["a3"]], "never less than one");
    assert_eq!(of_bytes(8000).await, [["a0", "a1"], ["a2", "a3"]]);
    let basic = Search { max_page_bytes: 8000, view: View::Basic, ..search() };
    assert_eq!(all_pages(&store, basic).await.len(), 1, "only what is shown counts");
}

pub(super) async fn pages_hold_while_others_write(Fresh { store, .. }: Fresh) {
    for number in 0..40 {
        let article = published(new(&format!("stays{number}"), "留", &format!("第{number}篇")), at(number / 3));
        ingest(&store, article, at(0)).await;
    }
    let is_read = Cell::new(false);
    let noise = async {
        let mut number = 0;
        while !is_read.get() {
            let id = format!("noise{}", number % 11);
            if number % 5 == 4 {
                write(&store, Write::Delete { name: name(&id), expected: None }, at(number)).await;
            } else {
                let article = published(new(&id, "留", &format!("第{number}遍")), at(number % 17));
                ingest(&store, article, at(number)).await;
            }
            number += 1;
            tokio::task::yield_now().await;
        }
    };
    let readers = async {
        for keywords in [None, Some(words(&["第"], &[], &[], &[])), Some(words(&[], &[], &["没有"], &[]))] {
            for descending in [true, false] {
                let order = Order { key: OrderKey::EffectiveTime, descending };
                let page_size = PageSize::new(7).expect("a size");
                let asked = Search { keywords: keywords.clone(), order, page_size, ..search() };
                let mut shown = all_pages(&store, asked).await.concat();
                shown.retain(|id| id.starts_with("stays"));
                let mut expected: Vec<i64> = (0..40).collect();
                expected.sort_by_key(|&number| {
                    let time = if descending { -(number / 3) } else { number / 3 };
                    (time, format!("stays{number}"))
                });
                let expected: Vec<String> = expected.into_iter().map(|number| format!("stays{number}")).collect();
                assert_eq!(shown, expected);
            }
        }
        is_read.set(true);
    };
    tokio::join!(noise, readers);
}

/// The guarantee in the comment of ListArticles.
pub(super) async fn a_moved_article_comes_at_its_new_place_or_not_at_all(Fresh { store, .. }: Fresh) {
    let put = async |id: &str, second: i64| {
        ingest(&store, published(new(id, "甲", &format!("第{second}篇")), at(second)), at(second)).await;
    };
    for (id, second) in [("first", 50), ("second", 40), ("third", 30), ("fourth", 20), ("fifth", 10)] {
        put(id, second).await;
    }
    let two = Search { page_size: PageSize::new(2).expect("a size"), ..search() };
    let page = ask(&store, &two).await;
    assert_eq!(ids(&page), ["first", "second"]);
    // Articles move from pages already read to later ones and back, and new ones appear on both sides.
    put("first", 15).await;
    put("fourth", 60).await;
    put("newest", 70).await;
    put("between", 25).await;
    let rest = Search { after: page.next, page_size: PageSize::new(50).expect("a size"), ..search() };
    assert_eq!(ids(&ask(&store, &rest).await), ["third", "between", "first", "fifth"]);
}
