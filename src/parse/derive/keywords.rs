//! The keywords of an article: those of the page, or else words and compounds extracted from its text.
//!
//! For a text in Han characters, a variant of TF-IDF: segment and tag its Simplified form with jieba, join adjacent words
//! that the text repeats together (安全 + 生產), score each candidate by frequency in the text, inverse document frequency
//! (jieba's table) and presence in the headline, and output the best in the article's own script.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::word_rarity::WordRarity;
use crate::parse::dateline::ends_like_an_outlet;
use crate::parse::lexicon::surnames;
use crate::parse::normalized_line::{normalize_char, normalize_line};
use crate::text::{dictionary, is_han, to_simplified};

/// How many keywords are extracted at most.
const MAX_EXTRACTED: usize = 10;

/// From this many keywords on, doubtful candidates and those below [`LEAST_SHARE`] are dropped.
const ENOUGH: usize = 4;

/// The lowest score, relative to the best candidate's. Tuned on keywords that a portal's pages give and that their headlines
/// contain: about a third keeps all of these but one in 200, and drops one in 20 of all candidates.
const LEAST_SHARE: f64 = 0.3;

/// How many of the page's own keywords are kept. Pages with more are stuffing keywords for search engines.
const MAX_OWN: usize = 32;

/// The longest keyword of a page, in characters; anything longer is a sentence.
const MAX_OWN_CHARACTERS: usize = 40;

/// How much of a text is scanned, in characters. An article's subject is near its beginning, and this bounds the time.
const MAX_TEXT_CHARACTERS: usize = 6000;

/// The longest compound, in words.
const MAX_COMPOUND: usize = 4;

/// The longest compound, in characters: 習近平新時代中國特色社會主義思想 is a title, not a keyword.
const MAX_COMPOUND_CHARACTERS: usize = 10;

/// Stop words of news prose, in Simplified characters: 记者, 表示, 工作 and the like.
const EMPTY_WORDS: &str = include_str!("../lexicon/empty_words.txt");

/// English stop words.
const EMPTY_ENGLISH: &str = include_str!("../lexicon/empty_english.txt");

static STOP_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY_WORDS.split_whitespace().collect());

/// At least one in this many of a page's keywords must occur in the article; otherwise they are the site's.
const MIN_OWN_IN_TEXT_ONE_IN: usize = 4;

/// The page's own keywords: split at separators, without duplicates. Empty if the page has none, or only those of its site.
pub(crate) fn own_keywords(page: &[String], headline: &str, body: &str) -> Vec<String> {
    let mut own = given_keywords(page);
    own.retain(|word| !repeats(word, headline) && !names_a_site(word, headline, body));
    let in_text = own.iter().filter(|word| headline.contains(word.as_str()) || body.contains(word.as_str())).count();
    if in_text * MIN_OWN_IN_TEXT_ONE_IN >= own.len() { own } else { Vec::new() }
}

/// Whether a keyword repeats the headline, or most of it: pages put it there for search engines.
fn repeats(word: &str, headline: &str) -> bool {
    const MIN_HEADLINE: usize = 6;
    let (word, headline) = (normalize_line(word), normalize_line(headline));
    let length = headline.chars().count();
    let nearly = headline.contains(&word) && word.chars().count() * 10 > length * 7;
    length >= MIN_HEADLINE && (nearly || word.contains(&headline))
}

/// Whether a keyword is an outlet's name that the text does not contain: then it names the site.
fn names_a_site(word: &str, headline: &str, body: &str) -> bool {
    let plain: Vec<char> = word.chars().map(normalize_char).collect();
    ends_like_an_outlet(&plain) && !headline.contains(word) && !body.contains(word)
}

fn given_keywords(page: &[String]) -> Vec<String> {
    let mut own: Vec<String> = Vec::new();
    let parts = page.iter().flat_map(|item| item.split([',', '，', '、', ';', '；', '|', '\n', '\t']));
    // Some sites separate keywords by spaces only.
    let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
    let by_space = parts.len() == 1 && parts.iter().all(|part| part.chars().any(is_han));
    let parts = if by_space { parts.iter().flat_map(|part| part.split_whitespace()).collect() } else { parts };
    for part in parts {
        if part.chars().count() <= MAX_OWN_CHARACTERS
            && part.chars().any(char::is_alphabetic)
            && !part.contains(['<', '>', '='])
            && own.len() < MAX_OWN
            && !own.iter().any(|known| known == part)
        {
            own.push(part.to_owned());
        }
    }
    own
}

/// Keywords extracted from the text, best first.
pub(crate) fn extract_keywords(headline: &str, body: &str) -> Vec<String> {
    let text: Vec<char> = headline.chars().chain(['\n']).chain(body.chars()).take(MAX_TEXT_CHARACTERS).collect();
    let han = text.iter().filter(|c| is_han(**c)).count();
    let letters = text.iter().filter(|c| c.is_alphabetic()).count();
    if han * 4 < letters { from_words(headline, body) } else { from_han(&text, headline.chars().count()) }
}

/// A word or compound that may become a keyword.
struct Candidate {
    count: u32,
    /// Its first occurrence, in characters.
    first: usize,
    weight: f64,
    words: usize,
    /// A verb, a phrase that only the body has, a number with a noun (四国), or a two-character word that is not in the
    /// dictionary and occurs once.
    is_doubtful: bool,
}

fn from_han(text: &[char], headline_characters: usize) -> Vec<String> {
    let simplified: String = text.iter().map(|c| to_simplified(*c)).collect();
    let tags = dictionary().tag(&simplified, true);
    let words: Vec<Word<'_>> = tags
        .iter()
        .map(|tag| Word {
            text: tag.word,
            first: tag.start,
            characters: tag.end - tag.start,
            kind: if in_residue(text, tag.start, tag.end) { WordKind::Other } else { WordKind::of(tag.word, tag.tag) },
        })
        .map(Word::without_verb)
        .collect();
    let words = with_surnames(&simplified, words);
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in &words {
        *counts.entry(word.text).or_default() += 1;
    }
    let tokens: Vec<(usize, &str)> = tags.iter().map(|tag| (offset_in(&simplified, tag.word), tag.word)).collect();
    let rarity = WordRarity::of(&simplified, &tokens, &counts);
    let compounds = compounds(&simplified, &words, &counts);
    let mut candidates: HashMap<&str, Candidate> = HashMap::new();
    // A word within a compound counts only for the compound.
    let mut at = 0;
    while at < words.len() {
        let joined = (2..=MAX_COMPOUND).rev().find_map(|length| {
            let run = words.get(at..at + length)?;
            let run_text = text_of(&simplified, run)?;
            compounds.contains(run_text).then_some((length, run_text, run))
        });
        if let Some((length, run_text, run)) = joined {
            let weight = run.iter().map(|word| rarity.of_word(word.text)).sum::<f64>() * 0.8;
            let first = run.first().map_or(0, |word| word.first);
            add(&mut candidates, run_text, Candidate { count: 0, first, weight, words: length, is_doubtful: false });
            at += length;
        } else {
            if let Some(word) = words.get(at)
                && let Some(kind_weight) = word.weight()
            {
                let weight = rarity.of_word(word.text) * kind_weight;
                let guessed = || word.characters == 2 && counts.get(word.text) == Some(&1) && !is_known(word.text);
                let is_doubtful = match word.kind {
                    WordKind::Verb => true,
                    WordKind::Phrase => word.first >= headline_characters,
                    WordKind::Noun | WordKind::Nominal => guessed() || counts_something(word),
                    _ => guessed(),
                };
                add(
                    &mut candidates,
                    word.text,
                    Candidate { count: 0, first: word.first, weight, words: 1, is_doubtful },
                );
            }
            at += 1;
        }
    }
    best(candidates, text, headline_characters)
}

/// Whether a word in letters is pinyin residue, or a part of it: jieba segments `(chǎn)` into `ch`, `ǎ` and `n`.
fn in_residue(text: &[char], start: usize, end: usize) -> bool {
    let letter = |at: usize| text.get(at).is_some_and(|c| c.is_alphabetic() && !is_han(*c));
    if !letter(start) {
        return false;
    }
    let before = (0..start).rev().find(|at| !letter(*at)).and_then(|at| text.get(at));
    let piece = end.checked_sub(1).is_some_and(letter) && (letter(end) || start.checked_sub(1).is_some_and(letter));
    let lower = (start..end).filter_map(|at| text.get(at)).all(|c| c.is_lowercase());
    piece || lower && matches!(before, Some('(' | '（'))
}

/// Whether a word is a number with a counted noun: 四国, 多人.
fn counts_something(word: &Word) -> bool {
    word.characters == 2
        && word.text.starts_with(['一', '二', '两', '三', '四', '五', '六', '七', '八', '九', '十', '多', '几', '数'])
}

/// Whether the dictionary has a word; otherwise jieba's HMM guessed it.
fn is_known(word: &str) -> bool {
    dictionary().has_word(word)
}

/// Counts one occurrence of a candidate.
fn add<'a>(candidates: &mut HashMap<&'a str, Candidate>, text: &'a str, candidate: Candidate) {
    candidates.entry(text).or_insert(candidate).count += 1;
}

/// The best candidates, in the article's own script.
fn best(candidates: HashMap<&str, Candidate>, text: &[char], headline_characters: usize) -> Vec<String> {
    let mut scored: Vec<(f64, &str, Candidate)> = candidates
        .into_iter()
        .map(|(word, candidate)| {
            let in_headline = if candidate.first < headline_characters { 1.8 } else { 1.0 };
            // A single occurrence may be incidental.
            let count = f64::from(candidate.count);
            let repeated = if candidate.count > 1 { count.powf(0.7) * 1.4 } else { 0.7 };
            let compound = if candidate.words > 1 { 1.2 } else { 1.0 };
            (repeated * candidate.weight * in_headline * compound, word, candidate)
        })
        .collect();
    // Ties are broken by position, so that the order does not depend on the hash map's.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.first.cmp(&b.2.first)));
    let mut chosen: Vec<&str> = Vec::new();
    let mut printed = Vec::new();
    let least = scored.first().map_or(0.0, |(score, ..)| score * LEAST_SHARE);
    for (score, word, candidate) in &scored {
        if printed.len() >= ENOUGH && (*score < least || candidate.is_doubtful) {
            continue;
        }
        // 雄安 is redundant next to 雄安新区.
        if chosen.iter().any(|known| known.contains(word) || word.contains(*known)) {
            continue;
        }
        chosen.push(word);
        printed.extend(text.get(candidate.first..candidate.first + word.chars().count()).map(|c| c.iter().collect()));
        if printed.len() == MAX_EXTRACTED {
            break;
        }
    }
    printed
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    /// Position, in characters.
    first: usize,
    characters: usize,
    kind: WordKind,
}

/// The part of speech, as far as keywords need it, from jieba's tags (the ICTCLAS set).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordKind {
    Person,
    /// A name of a place, an organization or anything else.
    Name,
    Noun,
    /// A verb or adjective used as a noun.
    Nominal,
    Phrase,
    Verb,
    /// Counts only as part of a compound.
    Attribute,
    /// Function words, numbers, dates, punctuation.
    Other,
}

impl WordKind {
    fn of(word: &str, tag: &str) -> Self {
        if STOP_WORDS.contains(word) || word.chars().any(|c| !c.is_alphabetic()) && tag != "eng" {
            return WordKind::Other;
        }
        match tag {
            "nr" | "nrt" | "nrfg" => WordKind::Person,
            "ns" | "nt" | "nz" => WordKind::Name,
            "n" | "ng" | "j" | "eng" => WordKind::Noun,
            "vn" | "an" | "nrj" => WordKind::Nominal,
            "l" => WordKind::Phrase,
            "v" | "vi" => WordKind::Verb,
            "a" | "b" | "s" | "g" | "h" | "k" | "x" | "z" => WordKind::Attribute,
            _ => WordKind::Other,
        }
    }
}

impl WordKind {
    /// Whether two adjacent words are probably a verb with its object (会见美国), or a subject with its verb (张三违纪), and not a
    /// compound.
    fn is_verb_phrase_with(self, next: WordKind) -> bool {
        match self {
            WordKind::Nominal => matches!(next, WordKind::Person | WordKind::Name | WordKind::Attribute),
            WordKind::Person => matches!(next, WordKind::Nominal | WordKind::Attribute),
            _ => false,
        }
    }
}

impl Word<'_> {
    /// Removes a verb from the end of a guessed name: 张某某称. A name with a one-character surname has at most three characters.
    fn without_verb(mut self) -> Self {
        const VERBS: &[char] =
            &['称', '说', '指', '斥', '料', '促', '吁', '谈', '任', '晤', '赴', '访', '批', '赞', '向', '与', '和'];
        if self.kind == WordKind::Person
            && self.characters == 4
            && !is_known(self.text)
            && let Some(name) = self.text.strip_suffix(VERBS)
        {
            self.text = name;
            self.characters -= 1;
        }
        self
    }

    /// Weight of the word as a keyword by itself; `None` if it is no candidate.
    fn weight(&self) -> Option<f64> {
        if self.characters < 2 {
            return None;
        }
        match self.kind {
            WordKind::Person | WordKind::Name => Some(1.2),
            WordKind::Noun => Some(1.0),
            WordKind::Nominal => Some(0.7),
            WordKind::Phrase => Some(0.5),
            WordKind::Verb => Some(0.25),
            WordKind::Attribute | WordKind::Other => None,
        }
    }
}

/// Joins a surname and a given name that jieba separated because the given name is a word too: 季 + 怀远, which is also a county.
/// Only if the text has the given name more than once and always after that surname: 张 + 江苏 may be adjacent by chance.
fn with_surnames<'a>(text: &'a str, words: Vec<Word<'a>>) -> Vec<Word<'a>> {
    let full_name = |at: usize| {
        let pair = words.get(at..at + 2)?;
        let [surname, given] = pair else { return None };
        let is_pair = surname.characters == 1
            && given.characters == 2
            && matches!(given.kind, WordKind::Person | WordKind::Name)
            && surname.text.chars().next().is_some_and(|first| surnames::rank(&[first]) > 0);
        is_pair.then(|| text_of(text, pair)).flatten()
    };
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in (0..words.len()).filter_map(full_name) {
        *uses.entry(name).or_default() += 1;
    }
    let is_always_so = |name: &str, given: &str| {
        uses.get(name).is_some_and(|count| *count > 1 && *count == text.matches(given).count())
    };
    let mut joined = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = full_name(at).filter(|name| words.get(at + 1).is_some_and(|given| is_always_so(name, given.text)));
        if let Some(name) = name {
            joined.push(Word { text: name, first: word.first, characters: 3, kind: WordKind::Person });
            at += 2;
        } else {
            joined.push(*word);
            at += 1;
        }
    }
    joined
}

/// Where a part of a text begins in it, in bytes.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The text of a run of words; `None` if the words are not adjacent.
fn text_of<'a>(text: &'a str, run: &[Word<'a>]) -> Option<&'a str> {
    let start = offset_in(text, run.first()?.text);
    let last = run.last()?.text;
    let end = offset_in(text, last) + last.len();
    let length: usize = run.iter().map(|word| word.text.len()).sum();
    text.get(start..end).filter(|text| text.len() == length)
}

/// Runs of adjacent words that form a compound: the run is repeated and ends in a noun, and most occurrences of its rarest word
/// are in the run.
fn compounds<'a>(text: &'a str, words: &[Word<'a>], counts: &HashMap<&str, u32>) -> HashSet<&'a str> {
    let mut runs: HashMap<&'a str, (u32, u32)> = HashMap::new();
    for start in 0..words.len() {
        for length in 2..=MAX_COMPOUND {
            let Some(run) = words.get(start..start + length) else { break };
            if run.iter().any(|word| matches!(word.kind, WordKind::Other | WordKind::Phrase)) || is_clause(run) {
                break;
            }
            let characters: usize = run.iter().map(|word| word.characters).sum();
            let ends_in_noun =
                run.last().is_some_and(|word| matches!(word.kind, WordKind::Name | WordKind::Noun | WordKind::Nominal));
            if !(3..=MAX_COMPOUND_CHARACTERS).contains(&characters) || !(ends_in_noun || is_split_name(run)) {
                continue;
            }
            // A person's name can only begin a compound: 张三精神, but not 机长张三.
            if run.iter().skip(1).any(|word| word.kind == WordKind::Person) && !is_split_name(run) {
                continue;
            }
            let Some(run_text) = text_of(text, run) else { continue };
            let rarest = run.iter().filter_map(|word| counts.get(word.text)).min().copied().unwrap_or(0);
            runs.entry(run_text).or_insert((0, rarest)).0 += 1;
        }
    }
    runs.into_iter().filter(|(_, (count, rarest))| *count >= 2 && *count * 2 > *rarest).map(|(run, _)| run).collect()
}

/// Whether a run contains a verb or a verb phrase. A verb with a one-character noun suffix is a noun: 阅览 + 区.
fn is_clause(run: &[Word]) -> bool {
    run.windows(2).any(|pair| match pair {
        [first, second] if first.kind == WordKind::Verb => {
            first.characters < 2 || second.characters > 1 || second.kind != WordKind::Noun
        }
        [first, second] => first.kind.is_verb_phrase_with(second.kind),
        _ => false,
    })
}

/// Whether a run is a person's name that jieba segmented into surname and given name.
fn is_split_name(run: &[Word]) -> bool {
    let characters: usize = run.iter().map(|word| word.characters).sum();
    characters <= 4
        && run.iter().all(|word| word.kind == WordKind::Person)
        && run.first().is_some_and(|word| word.characters <= 2)
}

/// For text in letters: the most frequent words; capitalized words and those of the headline weigh more.
fn from_words(headline: &str, body: &str) -> Vec<String> {
    let empty: HashSet<&str> = EMPTY_ENGLISH.split_whitespace().collect();
    let mut candidates: HashMap<String, (f64, usize, &str)> = HashMap::new();
    let pieces = headline.unicode_words().map(|word| (word, 3.0)).chain(body.unicode_words().map(|word| (word, 1.0)));
    for (at, (word, weight)) in pieces.take(MAX_TEXT_CHARACTERS).enumerate() {
        let lower = word.to_lowercase();
        if word.chars().count() < 3 || !word.chars().all(char::is_alphabetic) || empty.contains(lower.as_str()) {
            continue;
        }
        let name = if word.chars().next().is_some_and(char::is_uppercase) { 1.5 } else { 1.0 };
        candidates.entry(lower).or_insert((0.0, at, word)).0 += weight * name;
    }
    let mut scored: Vec<(f64, usize, &str)> = candidates.into_values().filter(|(score, ..)| *score > 1.5).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.into_iter().take(MAX_EXTRACTED).map(|(_, _, word)| word.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADLINE: &str = "青石鎮圖書館新館九月開放";
    const BODY: &str = "青石鎮圖書館新館九月一日起向居民開放。圖書館新館由舊糧倉改建,施工隊保留了糧倉的磚牆。鎮長林遠舟說,圖書館是一個地方的客廳。\n\
                        館長何秋白介紹,圖書館設有盲文閱覽區,盲文閱覽區的藏書由省盲人協會捐贈。何秋白希望居民多到盲文閱覽區做志願者,為讀者朗讀。";

    #[test]
    fn neither_headline_nor_site_is_a_keyword() {
        let own = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            own_keywords(&words, "青石镇新桥今天通车", "新桥今天通车，两岸居民不再绕行，青石镇政府办了仪式。")
        };
        assert_eq!(own(&["新桥", "青石镇新桥今天通车", "河湾新闻网"]), ["新桥"]);
        assert_eq!(own(&["青石镇新桥今天通车_河湾"]), [""; 0]);
        assert_eq!(own(&["青石镇", "新桥"]), ["青石镇", "新桥"]);
    }

    #[test]
    fn repeated_compounds_are_joined_and_printed_in_the_texts_script() {
        let keywords = extract_keywords(HEADLINE, BODY);
        assert!(keywords.len() <= MAX_EXTRACTED);
        assert!(keywords.iter().take(3).any(|keyword| keyword.contains("圖書館")), "{keywords:?}");
        assert!(keywords.iter().any(|keyword| keyword == "盲文閱覽區"), "{keywords:?}");
        for keyword in &keywords {
            assert!(HEADLINE.contains(keyword.as_str()) || BODY.contains(keyword.as_str()), "{keyword}");
            assert!(keyword.chars().count() > 1, "{keyword}");
        }
    }

    #[test]
    fn the_sample_has_its_subject_first() {
        let Some(data) = crate::test_data::folder() else { return };
        let text = std::fs::read_to_string(data.join("seed-article.txt")).expect("a readable text");
        // Simulates the repair stage: the text has residue, and one real parenthesis, 行業(領域).
        let mut inside = false;
        let text: String = text
            .replace("(領", "領")
            .chars()
            .filter(|c| {
                inside = *c == '(' || inside && *c != ')';
                !inside && *c != ')'
            })
            .collect();
        let (headline, body) = text.split_once('\n').unwrap_or((&text, ""));
        let keywords = extract_keywords(headline, body);
        assert!(keywords.iter().take(5).any(|keyword| keyword == "安全生產"), "{keywords:?}");
    }

    #[test]
    fn a_given_name_keeps_its_surname() {
        let body = "青瀾新區管委會主任季懷遠主持會議。季懷遠指出,要守好門。季懷遠強調,責任要壓實,街道要守好門。";
        let keywords = extract_keywords("", body);
        assert!(keywords.iter().any(|keyword| keyword == "季懷遠"), "{keywords:?}");
        // Here the place also occurs without the surname.
        let keywords = extract_keywords("", "季懷遠到懷遠視察。季懷遠說,懷遠的橋很好,懷遠縣的路也很好。");
        assert!(!keywords.iter().any(|keyword| keyword == "季懷遠"), "{keywords:?}");
    }

    #[test]
    fn numbers_stop_words_and_residue_are_no_keywords() {
        let check = |body: &str, refused: &[&str]| {
            let keywords = extract_keywords("", body);
            assert!(!keywords.is_empty(), "{body}");
            for word in refused {
                assert!(!keywords.iter().any(|keyword| keyword == word), "{word} in {keywords:?}");
            }
        };
        check(
            "11月14日,记者从青石镇获悉,图书馆今天开放,图书馆共有12万册藏书。",
            &["11", "14", "记者", "今天", "12", "获悉"],
        );
        check("圖書館的產(chǎn)品(pin)目錄", &["chǎn", "ch", "n", "pin"]);
    }

    #[test]
    fn names_that_no_dictionary_has() {
        let body = "渡口停航後,何秋渡稱正在檢修。何秋渡說,新橋通車前渡輪照常行駛。機長林遠舟和何秋渡一起檢查了渡輪。";
        let keywords = extract_keywords("何秋渡稱渡口停航是為檢修", body);
        assert!(keywords.iter().take(3).any(|keyword| keyword == "何秋渡"), "{keywords:?}");
        for keyword in &keywords {
            assert!(!keyword.ends_with(['稱', '說']) && !keyword.contains("機長林"), "{keywords:?}");
        }
    }

    #[test]
    fn clauses_and_weak_candidates_are_dropped() {
        let body = "新桥今天通车,镇长检查新桥,检查新桥的还有工程师。四国工程师来过新桥。居民否认新桥拥堵,多人在桥上散步、拍照、钓鱼、聊天。";
        let keywords = extract_keywords("青石镇新桥通车", body);
        assert!(keywords.iter().any(|keyword| keyword.contains("新桥")), "{keywords:?}");
        for refused in ["检查新桥", "否认", "四国", "多人"] {
            assert!(!keywords.iter().any(|keyword| keyword == refused), "{refused} in {keywords:?}");
        }
    }

    #[test]
    fn texts_in_letters() {
        let keywords = extract_keywords(
            "Greystone opens library",
            "The library in Greystone has four floors. The library keeps its old brick walls, said mayor Ann Farrow.",
        );
        assert_eq!(keywords.iter().take(2).collect::<Vec<_>>(), ["Greystone", "library"]);
        assert!(!keywords.iter().any(|keyword| keyword == "The"), "{keywords:?}");
    }

    #[test]
    fn empty_texts_have_no_keywords() {
        assert_eq!(extract_keywords("", ""), Vec::<String>::new());
        assert_eq!(extract_keywords("。", "12 3\n(a)"), Vec::<String>::new());
    }

    #[test]
    fn keywords_of_the_page_are_split() {
        let check = |page: &[&str], expected: &[&str]| {
            let page: Vec<String> = page.iter().map(|item| (*item).to_owned()).collect();
            assert_eq!(given_keywords(&page), expected);
        };
        check(&["图书馆,青石镇，盲文、开放;图书馆"], &["图书馆", "青石镇", "盲文", "开放"]);
        check(&["图书馆 青石镇"], &["图书馆", "青石镇"]);
        check(&["Ann Farrow", "12", " "], &["Ann Farrow"]);
        check(&["", ","], &[]);
    }
}
