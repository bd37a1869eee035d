//! Near-duplicates: copies made from real stories, and pairs of real stories.

use std::collections::{HashMap, HashSet};

use articled::text::{Fingerprint, fold};
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use crate::{Run, Tally, parse_text, text};

/// Prints recall over copies under another script, dateline and chrome, and the pairs of stories that are taken for one
/// although their headlines share less than half of their characters: an upper bound of the false ones, to be looked at.
pub(crate) fn score(run: &Run) {
    let records = run.records("xwlb_cctv.jsonl");
    let stories: Vec<(String, String)> =
        records.iter().map(|row| (text(row, "title").to_owned(), text(row, "text").to_owned())).collect();
    let prints: Vec<Option<Fingerprint>> = stories.iter().map(|(_, body)| Fingerprint::of(body)).collect();
    recall(&stories, &prints, run);
    reprints(&stories, &prints, run);
    events(&stories, &prints, run);
    pairs(&stories, &prints, run);
}

/// The same broadcasts as another site prints them, found by their headlines.
fn reprints(stories: &[(String, String)], prints: &[Option<Fingerprint>], run: &Run) {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().replace("视频", "");
    let mut by_title: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, (title, _)) in stories.iter().enumerate() {
        by_title.entry(letters(title)).or_default().push(at);
    }
    let mut found = Tally::default();
    for record in run.records("xwlb_md_rawhtml.jsonl") {
        let title = text(&record, "title");
        let parsed = parse_text(&format!("{title}\n{}", text(&record, "text")), None, None);
        let Some(print) = Fingerprint::of(&parsed.content.body) else { continue };
        let own = grams(&parsed.content.body);
        // Headlines come again; the text tells which broadcast it is.
        let originals = by_title.get(&letters(title)).into_iter().flatten();
        for at in originals.filter(|at| similarity(&own, &grams(&stories[**at].1)) >= SAME) {
            let near = prints[*at].as_ref().is_some_and(|original| is_found(original, &print));
            if !found.add(near) {
                run.miss(|| format!("reprint of {title}"));
            }
        }
    }
    run.tell("duplicates, reprints of another site found", &found);
}

/// Pairs of stories whose headlines share most of their characters: two stories of one event, or one story told twice, as
/// their texts say when they are compared whole.
fn events(stories: &[(String, String)], prints: &[Option<Fingerprint>], run: &Run) {
    let mut by_gram: HashMap<[char; 2], Vec<usize>> = HashMap::new();
    for (at, (title, _)) in stories.iter().enumerate() {
        let title: Vec<char> = title.chars().skip_while(|c| *c != ']').skip(1).collect();
        for gram in title.windows(2).map(|gram| [gram[0], gram[1]]).collect::<HashSet<_>>() {
            by_gram.entry(gram).or_default().push(at);
        }
    }
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    // A gram of very many headlines is a formula.
    for those in by_gram.values().filter(|those| those.len() <= 150) {
        for (position, one) in those.iter().enumerate() {
            for other in &those[position + 1..] {
                *shared.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let (mut same, mut apart, mut right) = (Tally::default(), Tally::default(), Tally::default());
    for ((one, other), grams_shared) in shared {
        let ((one_title, one_body), (other_title, other_body)) = (&stories[one], &stories[other]);
        let (Some(one_print), Some(other_print)) = (&prints[one], &prints[other]) else { continue };
        if grams_shared < 3 || overlap(one_title, other_title) < 0.6 {
            continue;
        }
        let whole = similarity(&grams(one_body), &grams(other_body));
        let near = is_found(one_print, other_print);
        let told = || format!("whole {whole:.2} near {near}: {one_title}\n        {other_title}");
        if whole >= SAME && !same.add(near) || whole < APART && !apart.add(!near) {
            run.miss(told);
        }
        if near {
            right.add(whole >= APART);
        }
    }
    run.tell("duplicates, one story told twice: found", &same);
    run.tell("duplicates, two stories of one event: kept apart", &apart);
    run.tell("duplicates, pairs taken for one that are", &right);
}

/// From this share of grams on, two texts are one; below the other, they are two. Between lie texts that quote each other at
/// length: whoever judges them, some disagree.
const SAME: f64 = 0.7;
const APART: f64 = 0.5;

fn is_found(one: &Fingerprint, other: &Fingerprint) -> bool {
    one.is_near(other) && one.keys().iter().any(|key| other.keys().contains(key))
}

fn grams(body: &str) -> HashSet<[char; 4]> {
    let letters: Vec<char> = fold(body).chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(4).filter_map(|gram| gram.try_into().ok()).collect()
}

/// Jaccard's.
fn similarity(one: &HashSet<[char; 4]>, other: &HashSet<[char; 4]>) -> f64 {
    let both = one.intersection(other).count();
    both as f64 / (one.len() + other.len() - both).max(1) as f64
}

fn recall(stories: &[(String, String)], prints: &[Option<Fingerprint>], run: &Run) {
    let Ok(to_traditional) = OpenCC::from_config(BuiltinConfig::S2twp) else { return };
    let (mut copies, mut found, mut by_key) = (0, 0, 0);
    for ((title, body), print) in stories.iter().zip(prints).step_by(8) {
        let Some(print) = print else { continue };
        let bare = body.split_once('：').map_or(body.as_str(), |(_, rest)| rest);
        let variants = [
            to_traditional.convert(body),
            format!("青石网1月2日电(记者 林远舟) {bare}"),
            format!(
                "首页\n青石新闻网>要闻\n{body}\n分享到：微信 微博\n责任编辑：何秋白\n相关新闻\n版权所有 青石网 京ICP备000000号"
            ),
            to_traditional.convert(bare).replace('，', ",").replace('：', ":").replace('\n', ""),
        ];
        for variant in variants {
            copies += 1;
            let Some(copy) = Fingerprint::of(&variant) else { continue };
            let near = print.is_near(&copy);
            let key = print.keys().iter().any(|key| copy.keys().contains(key));
            found += usize::from(near && key);
            by_key += usize::from(key);
            if !(near && key) {
                run.miss(|| format!("near {near} key {key}: {title}: {} characters", body.chars().count()));
            }
        }
    }
    println!("duplicates recall: {found} of {copies} copies ({:.2} %), {by_key} share a key", percent(found, copies));
}

fn pairs(stories: &[(String, String)], prints: &[Option<Fingerprint>], run: &Run) {
    let mut by_key: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, print) in prints.iter().enumerate() {
        for key in print.iter().flat_map(Fingerprint::keys) {
            by_key.entry(key).or_default().push(at);
        }
    }
    let (mut near, mut near_without_key, mut other, mut candidates) = (0, 0, 0, 0);
    let most = by_key.values().map(Vec::len).max().unwrap_or(0);
    for (at, print) in prints.iter().enumerate() {
        let Some(print) = print else { continue };
        let sharing: HashSet<usize> = print.keys().iter().flat_map(|key| by_key.get(key)).flatten().copied().collect();
        candidates += sharing.len() - 1;
        for (before, earlier) in prints.iter().enumerate().take(at) {
            if !earlier.as_ref().is_some_and(|earlier| print.is_near(earlier)) {
                continue;
            }
            near += 1;
            near_without_key += usize::from(!sharing.contains(&before));
            let ((one, body), (two, earlier_body)) = (&stories[at], &stories[before]);
            if overlap(one, two) < 0.5 {
                other += 1;
                let start = |body: &str| body.chars().take(90).collect::<String>().replace('\n', "/");
                run.miss(|| format!("pair: {one}\n        {two}\n    {}\n    {}", start(body), start(earlier_body)));
            }
        }
    }
    println!(
        "duplicates pairs: {near} near among {} stories, {other} of them under other headlines, {near_without_key} share no key; \
         {:.2} candidates a story, the commonest key stands for {most}",
        prints.iter().flatten().count(),
        candidates as f64 / prints.len() as f64
    );
}

/// The share of the shorter text's characters that the other has too.
fn overlap(one: &str, other: &str) -> f64 {
    let (one, other): (HashSet<char>, HashSet<char>) = (one.chars().collect(), other.chars().collect());
    one.intersection(&other).count() as f64 / one.len().min(other.len()).max(1) as f64
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
