//! Extracted keywords against those that the pages themselves gave. The data has headlines alone, and many of a page's
//! words stand in its text only: those are left out of the count.

use articled::article::RawDocument;
use articled::parse::parse;

use crate::{Run, Tally, text, texts};

pub(crate) fn score(run: &Run) {
    let [mut exact, mut near, mut found_again, mut sound] = <[Tally; 4]>::default();
    for record in run.records("tnews_fewclue.jsonl") {
        let headline = text(&record, "title");
        let own: Vec<String> = texts(&record, "keywords").into_iter().filter(|word| headline.contains(word)).collect();
        let extracted = keywords(headline);
        for word in &extracted {
            if !sound.add(is_sound(word) && headline.contains(word.as_str())) {
                run.miss(|| format!("{word:?} of {headline}"));
            }
        }
        if own.is_empty() {
            continue;
        }
        let alike = |word: &str| own.iter().any(|own| own.contains(word) || word.contains(own.as_str()));
        for word in &extracted {
            exact.add(own.contains(word));
            near.add(alike(word));
        }
        for word in &own {
            found_again.add(extracted.contains(word));
        }
        if !extracted.iter().any(|word| alike(word)) {
            run.miss(|| format!("{extracted:?} for {own:?} of {headline}"));
        }
    }
    run.tell("keywords, extracted that the page gives", &exact);
    run.tell("keywords, extracted that overlap with the page's", &near);
    run.tell("keywords, the page's that are extracted", &found_again);

    for record in run.records("synthetic/residue_synthetic_600.jsonl") {
        let (input, truth) = (text(&record, "input"), text(&record, "truth_trad"));
        for word in keywords(input) {
            if !sound.add(is_sound(&word) && truth.contains(word.as_str())) {
                run.miss(|| format!("{word:?} of {}", text(&record, "id")));
            }
        }
    }
    run.tell("keywords, no residue, no single character", &sound);
}

fn keywords(page: &str) -> Vec<String> {
    let document = RawDocument {
        content: page.as_bytes().to_vec().into(),
        content_type: "text/plain; charset=utf-8".to_owned(),
        ..RawDocument::default()
    };
    parse(&document).content.keywords
}

/// More than one character, and no letter that only pinyin has.
fn is_sound(word: &str) -> bool {
    const TONED: &str = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ";
    word.chars().nth(1).is_some() && !word.chars().any(|c| TONED.contains(c))
}
