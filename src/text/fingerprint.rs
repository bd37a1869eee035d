//! Near-duplicate detection: whether two bodies are the same story, regardless of script, width, punctuation, dateline and
//! remaining page chrome.
//!
//! Owns the fingerprint and the definition of "near". Does not store fingerprints: the store keeps the bytes and an index
//! from each key to the article, and calls [`Fingerprint::is_near`] for articles that share a key.
//!
//! A fingerprint has three sketches of the folded letters and digits of a body:
//! - MinHash values of long grams, which are the lookup keys. Two different stories hardly ever share a gram of
//!   [`KEY_GRAM`] characters. Two copies share each minimum with a probability of about the Jaccard similarity of their
//!   long grams, so at least one of several minima nearly always;
//! - a one-permutation MinHash of short grams (Li, Owen, Zhang: One Permutation Hashing, 2012) with one byte a slot. The
//!   share of equal slots estimates the Jaccard similarity;
//! - the same of the numbers, because reports of one series (rainfall, prices, results) differ only in these.

use xxhash_rust::xxh3::xxh3_64;

use super::fold;

/// The number of lookup keys of a fingerprint.
pub(crate) const KEY_COUNT: usize = 6;

/// The gram length of the keys, in characters: longer than an agency's usual opening words.
const KEY_GRAM: usize = 12;

/// The gram length of the text sketch, in characters.
const TEXT_GRAM: usize = 3;

/// With 128 slots the standard error of the estimated similarity is at most 0.045.
const TEXT_SLOTS: usize = 128;

const NUMBER_SLOTS: usize = 32;

/// The minimum number of folded letters and digits. Shorter texts are stock phrases as often as stories.
const MIN_CHARACTERS: usize = 40;

/// The minimum similarity of short grams. Copies with remaining page chrome are above 0.75, two stories of one event below
/// 0.4.
const NEAR_TEXT: f32 = 0.62;

/// The minimum similarity of the numbers, if both bodies have [`MIN_NUMBERS`].
const NEAR_NUMBERS: f32 = 0.5;

/// With fewer numbers, a report of a series cannot be distinguished from a copy that lost its dateline.
const MIN_NUMBERS: u16 = 4;

/// The value of an empty slot. A filled slot is never 0.
const EMPTY: u8 = 0;

/// The length of [`Fingerprint::to_bytes`].
pub(crate) const FINGERPRINT_BYTES: usize = 4 * KEY_COUNT + 2 + NUMBER_SLOTS + TEXT_SLOTS;

/// A sketch of a body, which is compared with others to find near-duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    keys: [u32; KEY_COUNT],
    /// The number of distinct numbers in the body.
    number_count: u16,
    numbers: [u8; NUMBER_SLOTS],
    text: [u8; TEXT_SLOTS],
}

impl Fingerprint {
    /// `None` if the body is too short to be distinguished from others.
    pub fn of(body: &str) -> Option<Self> {
        Self::of_folded(&fold(body))
    }

    /// The same for a body that is already folded.
    pub(crate) fn of_folded(folded: &str) -> Option<Self> {
        let letters: Vec<u32> = folded.chars().filter(|&c| is_letter_or_digit(c)).map(u32::from).collect();
        if letters.len() < MIN_CHARACTERS {
            return None;
        }
        let numbers = numbers(folded);
        Some(Self {
            keys: keys(&letters),
            number_count: u16::try_from(numbers.len()).unwrap_or(u16::MAX),
            numbers: numbers_sketch(numbers),
            text: text_sketch(&letters),
        })
    }

    /// The lookup keys. Near-duplicates share at least one key except in a few cases in a thousand; others hardly ever do.
    /// Many articles share the keys of boilerplate, so callers should limit how many candidates they compare.
    pub fn keys(&self) -> [u32; KEY_COUNT] {
        self.keys
    }

    /// Whether both are the same story.
    pub fn is_near(&self, other: &Self) -> bool {
        if similarity(&self.text, &other.text) < NEAR_TEXT {
            return false;
        }
        let few_numbers = self.number_count.min(other.number_count) < MIN_NUMBERS;
        few_numbers || similarity(&self.numbers, &other.numbers) >= NEAR_NUMBERS
    }

    /// A stable encoding for storage.
    pub(crate) fn to_bytes(&self) -> [u8; FINGERPRINT_BYTES] {
        let Self { keys, number_count, numbers, text } = self;
        let mut bytes = [0; FINGERPRINT_BYTES];
        let all = keys.iter().flat_map(|key| key.to_le_bytes()).chain(number_count.to_le_bytes());
        let all = all.chain(numbers.iter().copied()).chain(text.iter().copied());
        for (slot, byte) in bytes.iter_mut().zip(all) {
            *slot = byte;
        }
        bytes
    }

    /// `None` if the length is wrong, as for another version of this type.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FINGERPRINT_BYTES] = bytes.try_into().ok()?;
        let (key_bytes, rest) = bytes.split_first_chunk::<{ 4 * KEY_COUNT }>()?;
        let (number_count, rest) = rest.split_first_chunk::<2>()?;
        let (numbers, text) = rest.split_first_chunk::<NUMBER_SLOTS>()?;
        let mut keys = [0; KEY_COUNT];
        for (key, chunk) in keys.iter_mut().zip(key_bytes.chunks_exact(4)) {
            *key = u32::from_le_bytes(chunk.try_into().ok()?);
        }
        Some(Self {
            keys,
            number_count: u16::from_le_bytes(*number_count),
            numbers: *numbers,
            text: text.try_into().ok()?,
        })
    }
}

/// The first test covers nearly all characters of Chinese text without a lookup in the Unicode tables.
fn is_letter_or_digit(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}') || c.is_alphanumeric()
}

/// MinHash: the minimum of each of [`KEY_COUNT`] hash functions over the long grams.
fn keys(letters: &[u32]) -> [u32; KEY_COUNT] {
    let mut minima = [u64::MAX; KEY_COUNT];
    for_each_hash::<KEY_GRAM>(letters, |mut hashes| {
        for minimum in &mut minima {
            hashes = hashes.map(mix);
            *minimum = hashes.into_iter().fold(*minimum, u64::min);
        }
    });
    // The low half, because the high half of a minimum is always small.
    minima.map(|minimum| minimum as u32)
}

fn text_sketch(letters: &[u32]) -> [u8; TEXT_SLOTS] {
    let mut sketch = Sketch::default();
    for_each_hash::<TEXT_GRAM>(letters, |hashes| hashes.into_iter().for_each(|hash| sketch.add(hash)));
    sketch.finish()
}

/// The number of grams that are hashed in parallel. Each step of a hash depends on the previous one, so a single hash would
/// leave the processor's pipeline idle.
const LANES: usize = 4;

/// Calls `visit` with the hashes of all grams, [`LANES`] at a time; the last ones may be visited more than once.
fn for_each_hash<const GRAM: usize>(letters: &[u32], mut visit: impl FnMut([u64; LANES])) {
    const { assert!(GRAM + LANES <= MIN_CHARACTERS) };
    let hash_from = |start: usize| {
        let window = letters.get(start..start + GRAM + LANES - 1).unwrap_or_default();
        let mut hashes = [0; LANES];
        for gram in window.windows(LANES) {
            for (hash, &letter) in hashes.iter_mut().zip(gram) {
                *hash = mix(*hash ^ u64::from(letter));
            }
        }
        hashes
    };
    // The last grams overlap the ones before, because the number of grams need not be a multiple of `LANES`.
    let last = letters.len().saturating_sub(GRAM + LANES - 1);
    (0..last).step_by(LANES).chain([last]).for_each(|start| visit(hash_from(start)));
}

/// A one-permutation MinHash: the high half of a hash chooses the slot, and the slot keeps the minimum of the low halves.
struct Sketch<const SLOTS: usize>([u32; SLOTS]);

impl<const SLOTS: usize> Default for Sketch<SLOTS> {
    fn default() -> Self {
        Self([u32::MAX; SLOTS])
    }
}

impl<const SLOTS: usize> Sketch<SLOTS> {
    fn add(&mut self, hash: u64) {
        let slot = (hash >> 32) as usize % SLOTS;
        if let Some(minimum) = self.0.get_mut(slot) {
            *minimum = (*minimum).min(hash as u32);
        }
    }

    fn finish(self) -> [u8; SLOTS] {
        self.0.map(|minimum| if minimum == u32::MAX { EMPTY } else { (minimum % 255) as u8 + 1 })
    }
}

/// The estimated Jaccard similarity of the sets that two sketches were made of.
fn similarity<const SLOTS: usize>(one: &[u8; SLOTS], other: &[u8; SLOTS]) -> f32 {
    let filled = one.iter().zip(other).filter(|pair| *pair != (&EMPTY, &EMPTY)).count();
    let equal = one.iter().zip(other).filter(|(a, b)| a == b && **a != EMPTY).count();
    if filled == 0 { 1.0 } else { equal as f32 / filled as f32 }
}

fn numbers_sketch(numbers: Vec<u64>) -> [u8; NUMBER_SLOTS] {
    let mut sketch = Sketch::default();
    numbers.into_iter().for_each(|number| sketch.add(number));
    sketch.finish()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// The hashes of the distinct numbers: runs of ASCII digits with inner decimal points. Folding has mapped full-width digits
/// to ASCII.
fn numbers(folded: &str) -> Vec<u64> {
    let mut hashes: Vec<u64> = folded
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|number| number.trim_matches('.'))
        .filter(|number| !number.is_empty())
        .map(|number| xxh3_64(number.as_bytes()))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// An invented story, long enough that a dateline or a line of chrome is a small part of it.
    const STORY: &str = "青石镇图书馆新馆九月起向居民开放。新馆共有四层,藏书十二万册,设有儿童阅览室、盲文阅览区和一间能坐两百人的报告厅。\
                         镇长林远舟在开馆仪式上说,图书馆是一个地方的客厅,谁都可以推门进来。施工队用了两年时间,把旧粮仓的砖墙保留下来,屋顶换成玻璃,\
                         白天不必开灯。馆长何秋白介绍,开馆第一周办了六百多张借书证,最小的读者四岁,最年长的九十一岁。";

    fn near(one: &str, other: &str) -> bool {
        match (Fingerprint::of(one), Fingerprint::of(other)) {
            (Some(one), Some(other)) => one.is_near(&other),
            _ => false,
        }
    }

    #[test]
    fn copies_are_near() {
        let check = |other: &str| {
            assert!(near(STORY, other), "{other}");
            let shared = |one: Fingerprint, other: Fingerprint| one.keys().iter().any(|key| other.keys().contains(key));
            assert_eq!(Fingerprint::of(STORY).zip(Fingerprint::of(other)).map(|(a, b)| shared(a, b)), Some(true));
        };
        check(STORY);
        check(&format!("青石社三月五日电 {STORY}\n分享到朋友圈\n责任编辑：何某"));
        check(&STORY.replace('。', "。\n").replace(',', "，"));
        check(&STORY.replace("六百多张", "六百一十张"));
    }

    #[test]
    fn different_stories_are_not_near() {
        let other = "青石镇图书馆新馆的玻璃屋顶昨天下午漏雨,馆方临时关闭了三楼阅览室。馆长何秋白说,漏雨处在旧粮仓砖墙与新屋顶的接缝,\
                     没有书籍受损。施工方已派人检查,预计两天内修好。居民林小满说,她听见水声,以为是有人忘了关水龙头。镇长林远舟要求查清原因。";
        assert!(!near(STORY, other));
    }

    #[test]
    fn reports_of_one_series_are_not_near() {
        let report = |day: u32, rain: u32, level: u32, flow: u32| {
            format!(
                "青石河水文站{day}日8时通报：过去24小时流域平均降雨{rain}毫米,青石河水位{level}厘米,流量每秒{flow}立方米,\
                 均在警戒线以下。水文站提醒沿岸居民注意安全,不要在河滩逗留,遇有险情请及时拨打值班电话。"
            )
        };
        assert!(!near(&report(3, 12, 331, 420), &report(4, 27, 358, 516)));
        assert!(near(&report(3, 12, 331, 420), &report(3, 12, 331, 420)));
    }

    #[test]
    fn short_texts_have_no_fingerprint() {
        assert_eq!(Fingerprint::of("青石镇图书馆开馆"), None);
        assert_eq!(Fingerprint::of(&"。 ,\n".repeat(100)), None);
    }

    #[test]
    fn refuses_bytes_of_another_length() {
        assert_eq!(Fingerprint::from_bytes(&[]), None);
        assert_eq!(Fingerprint::from_bytes(&[0; FINGERPRINT_BYTES + 1]), None);
    }

    /// Hashes the grams one by one.
    fn naive_hashes(letters: &[u32], gram: usize) -> HashSet<u64> {
        letters.windows(gram).map(|gram| gram.iter().fold(0, |hash, &letter| mix(hash ^ u64::from(letter)))).collect()
    }

    proptest! {
        #[test]
        fn hashing_side_by_side_changes_nothing(letters in proptest::collection::vec(0u32..0x11_0000, MIN_CHARACTERS..120)) {
            let mut found = HashSet::new();
            for_each_hash::<KEY_GRAM>(&letters, |hashes| found.extend(hashes));
            prop_assert_eq!(found, naive_hashes(&letters, KEY_GRAM));
            let mut found = HashSet::new();
            for_each_hash::<TEXT_GRAM>(&letters, |hashes| found.extend(hashes));
            prop_assert_eq!(found, naive_hashes(&letters, TEXT_GRAM));
        }

        #[test]
        fn bytes_round_trip(body in "\\PC{40,300}") {
            if let Some(fingerprint) = Fingerprint::of(&body) {
                prop_assert!(fingerprint.is_near(&fingerprint));
                prop_assert_eq!(Fingerprint::from_bytes(&fingerprint.to_bytes()), Some(fingerprint));
            }
        }
    }
}
