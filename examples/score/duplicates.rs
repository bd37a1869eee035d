//! Near-duplicates: copies made from real stories, and pairs of real stories.

use std::collections::{HashMap, HashSet};

use articled::text::Fingerprint;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use crate::{Run, text};

/// Prints recall over copies under another script, dateline and chrome, and the pairs of stories that are taken for one
/// although their headlines share less than half of their characters: an upper bound of the false ones, to be looked at.
pub fn score(run: &Run) {
    let records = run.records("xwlb_cctv.jsonl");
    let stories: Vec<(String, String)> =
        records.iter().map(|row| (text(row, "title").to_owned(), text(row, "text").to_owned())).collect();
    let prints: Vec<Option<Fingerprint>> = stories.iter().map(|(_, body)| Fingerprint::of(body)).collect();
    recall(&stories, &prints, run);
    pairs(&stories, &prints, run);
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
