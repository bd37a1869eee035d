//! Parses byline lines: `2021-05-14 08:08:05 来源:某某网 作者:张三 责编:李四`.
//!
//! A line is a byline if it contains only labels, times, names and outlets. A title may be glued to its front.

use crate::parse::label_line::{Token, account_beside_time, is_noise, tokens};
use crate::parse::lexicon::byline_words::{self, Field};
use crate::parse::lexicon::wire_verbs;
use std::ops::Range;

use super::english_byline::{self, EnglishByline};
use super::korean_byline::{self, KoreanByline};
use super::line::Line;
use crate::parse::dateline::{
    Person, Role, are_likely_names, ends_like_an_outlet, has_the_shape_of_a_name, is_place, read_people, role_at,
};
use crate::parse::normalized_line::{NormalizedLine, normalize_char};
use crate::parse::time::Printed;
use crate::text::is_han;

/// The facts in a byline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Byline {
    pub times: Vec<Printed>,
    pub source: String,
    pub people: Vec<Person>,
    pub section: String,
    pub keywords: Vec<String>,
    /// End of a title that is glued to the front of the line, in bytes.
    pub title_end: usize,
}

/// Maximum length of a byline, in characters.
const MAX_BYLINE: usize = 160;

pub(super) fn read(line: &Line) -> Option<Byline> {
    parse(line, false)
}

/// The time that a blog prints below a text: `作者:qingshi 阅读(16) 发表于:2021-09-01 08:15`, or a board.
pub(super) fn posted(line: &Line) -> Option<Printed> {
    let view = posted_line(line)?;
    let labelled = tokens(&view).windows(2).find_map(|pair| match pair {
        [Token::Labelled(label), Token::Time { printed, .. }] if label.field == Field::Time => Some(*printed),
        _ => None,
    });
    labelled.filter(is_complete).or_else(|| posted_on_board(line))
}

/// The time below a post on a board: `本帖由青石于2021年9月1日8:15:00在〖镇情〗发表`. Other posts follow.
pub(super) fn posted_on_board(line: &Line) -> Option<Printed> {
    let view = posted_line(line)?;
    let posts = byline_words::POSTING_VERBS.iter().any(|verb| line.key.contains(verb));
    let tokens = tokens(&view);
    let mut times = tokens.iter().filter_map(|token| match token {
        Token::Time { printed, range } if is_complete(printed) => Some((*printed, range.start)),
        _ => None,
    });
    let (printed, start) = times.next().filter(|_| posts)?;
    let before = start.checked_sub(1).and_then(|at| view.at(at));
    (times.next().is_none() && before == Some('于')).then_some(printed)
}

fn posted_line<'l>(line: &Line<'l>) -> Option<NormalizedLine<'l>> {
    const MAX_POSTED: usize = 80;
    (line.length <= MAX_POSTED && !line.text.contains('。')).then(|| NormalizedLine::of(line.text, MAX_POSTED))
}

/// Whether a day with its year and a time of day is printed.
fn is_complete(printed: &Printed) -> bool {
    printed.year != 0 && printed.hour.is_some()
}

/// `（评论员 张三）`: the signature of a comment stays in the text.
pub(super) fn signs_comment(line: &Line) -> bool {
    line.key.contains("评论员")
}

/// Like [`read`], for a line above the text, which may also contain the account's name next to the time. Elsewhere such
/// a line may belong to a programme: `2021-09-02 19:30 青石剧场`.
pub(super) fn read_above_text(line: &Line) -> Option<Byline> {
    parse(line, true)
}

/// Like [`read`], for lines with a day, a time of day and no word: `2021/09/01 08:15`.
pub(super) fn read_time_alone(text: &str) -> Option<Byline> {
    /// In characters.
    const MAX_TIME: usize = 24;
    if text.chars().nth(MAX_TIME).is_some() || text.chars().any(|c| c.is_alphabetic() && !"年月日时時分秒".contains(c))
    {
        return None;
    }
    let found = read(&Line::new(text))?;
    found.times.iter().any(is_complete).then_some(found)
}

/// Like [`read`], for a short line that a role opens: `記者林遠舟／台北報導`.
pub(super) fn read_reporters_alone(text: &str) -> Option<Byline> {
    /// In characters.
    const MAX_SIGNATURE: usize = 24;
    let line = Line::new(text);
    let view = NormalizedLine::of(text, MAX_SIGNATURE);
    if line.length > MAX_SIGNATURE || role_at(&view, 0).is_none() {
        return None;
    }
    let reports = view.len().checked_sub(2).is_some_and(|at| view.word_at(at, wire_verbs::REPORTS).is_some());
    read(&line).filter(|found| reports && found.title_end == 0 && !found.people.is_empty())
}

/// Like [`read`], for lines in English alone.
pub(super) fn read_english(text: &str) -> Option<Byline> {
    let EnglishByline { times, people } = english_byline::read(text)?;
    Some(Byline { times, people, ..Byline::default() })
}

fn parse(line: &Line, above_text: bool) -> Option<Byline> {
    if line.key.is_empty() || line.length > MAX_BYLINE {
        return None;
    }
    if let Some(KoreanByline { times, people }) = korean_byline::read(line.text) {
        return Some(Byline { times, people, ..Byline::default() });
    }
    if let Some(found) = read_english(line.text) {
        return Some(found);
    }
    let view = NormalizedLine::of(line.text, MAX_BYLINE);
    let mut byline = Byline::default();
    let mut rest: Vec<Range<usize>> = Vec::new();
    let mut has_fact = false;
    let mut may_follow_title = false;
    for token in tokens(&view) {
        match token {
            Token::Time { printed, .. } => {
                may_follow_title |= printed.hour.is_some();
                byline.times.push(printed);
                has_fact = true;
            }
            Token::Address => may_follow_title = true,
            Token::Word(word) => rest.push(word),
            Token::Labelled(labelled) => {
                // `记者：局长，新课程何时推行？` is a reporter's question.
                let asks = || view.seen(labelled.value.clone()).iter().any(|c| matches!(c, '?' | '!'));
                if matches!(labelled.field, Field::Author | Field::Editor) && asks() {
                    return None;
                }
                let helps =
                    labelled.field != Field::OtherContributor || are_likely_names(&view, labelled.value.clone());
                if helps {
                    has_fact |= store_value(&view, labelled.field, labelled.value, &mut byline);
                } else {
                    rest.push(labelled.range);
                }
            }
        }
    }
    let is_sentence = line.key.contains(['。', '!', '?', ';', '“', '”']);
    let settled = classify_words(&view, rest, has_fact, may_follow_title, is_sentence, &mut byline);
    let may_have_account = above_text && byline.source.is_empty() && byline.title_end == 0 && !byline.times.is_empty();
    match may_have_account.then(|| account_beside_time(&view)).flatten() {
        Some(account) => byline.source = view.slice(account).to_owned(),
        None => settled?,
    }
    Some(byline)
}

/// Classifies the words without a label: outlets, names, counts, and a title at the front. Returns `None` if the line
/// is not a byline.
fn classify_words(
    view: &NormalizedLine,
    rest: Vec<Range<usize>>,
    has_fact: bool,
    may_follow_title: bool,
    is_sentence: bool,
    byline: &mut Byline,
) -> Option<()> {
    const MIN_TITLE: usize = 8;
    const MAX_UNEXPLAINED: usize = 6;
    const MAX_PEOPLE_LINE: usize = 60;
    if !has_fact {
        // `本报记者 张三`, `□ 李四 文/图`: only people, which requires a role word.
        let whole = rest.first()?.start..rest.last()?.end;
        if let Some(signature) = signature(view, whole.clone()) {
            signature.sign(view, byline);
            return Some(());
        }
        let whole = without_report(view, whole);
        if whole.len() > MAX_PEOPLE_LINE || is_sentence || !(whole.clone()).any(|at| role_at(view, at).is_some()) {
            return None;
        }
        byline.people = read_people(view, whole, None)?;
        // `县里慰问一线记者 送上节日祝福` is a title: no name looks like this.
        let is_phrase = |person: &Person| {
            const MAX_UNLIKELY: usize = 4;
            let plain = NormalizedLine::of(&person.name, MAX_BYLINE);
            let letters = plain.seen(0..plain.len());
            letters.len() > MAX_UNLIKELY
                && letters.iter().all(|c| is_han(*c))
                && !are_likely_names(&plain, 0..plain.len())
        };
        if byline.people.iter().any(is_phrase) {
            return None;
        }
        // `青石网记者林远舟 台北`: the place of writing.
        byline.people.retain(|person| !is_place(&person.name.chars().map(normalize_char).collect::<Vec<_>>()));
        if byline.people.is_empty() {
            return None;
        }
        return Some(());
    }
    let mut unexplained = 0;
    let mut rest = rest.into_iter().peekable();
    // A title before the first time or label, possibly with white space between its words.
    if may_follow_title
        && let Some(first) = rest.peek()
        && first.start <= 2
    {
        let mut end = first.end;
        let mut words = Vec::new();
        while let Some(word) = rest.next_if(|word| word.start <= end + 3) {
            end = word.end;
            words.push(word);
        }
        let title = words.first().map_or(0, |word| word.start)..end;
        if let Some(signature) = signature(view, title.clone()) {
            signature.sign(view, byline);
        } else if title.len() >= MIN_TITLE
            && !words.iter().all(|word| is_noise(view.seen(word.clone())))
            && !ends_like_an_outlet(view.seen(title.clone()))
            && !names_people(view, &words)
        {
            byline.title_end = view.byte(end);
        } else {
            words.into_iter().for_each(|word| unexplained += classify_word(view, word, byline));
        }
    }
    rest.for_each(|word| unexplained += classify_word(view, word, byline));
    let fits = if is_sentence { unexplained == 0 } else { unexplained <= MAX_UNEXPLAINED };
    fits.then_some(())
}

/// The signature in a line without a label: the names, and the outlet or desk before them.
struct Signature {
    outlet: Option<Range<usize>>,
    /// Empty if only an outlet signs.
    names: Range<usize>,
}

impl Signature {
    fn sign(self, view: &NormalizedLine, byline: &mut Byline) {
        byline.people.extend(read_people(view, self.names, Some(Role::Reporter)).unwrap_or_default());
        if let Some(outlet) = self.outlet.filter(|_| byline.source.is_empty()) {
            byline.source = view.slice(outlet).to_owned();
        }
    }
}

/// `☉林遠舟`, `林遠舟／青石報導`, `青石報快訊／林遠舟、何秋白`: a mark before the names, or a slash with an outlet or a place on its other
/// side.
fn signature(view: &NormalizedLine, whole: Range<usize>) -> Option<Signature> {
    /// In characters.
    const MAX_NAMES: usize = 16;
    const MAX_REPORT: usize = 8;
    let are_names = |range: &Range<usize>| {
        let named = view.seen(range.clone()).split(|c| matches!(c, '、' | ' ' | ',')).all(|name| name.len() <= 4);
        (2..=MAX_NAMES).contains(&range.len()) && named && are_likely_names(view, range.clone())
    };
    let mark = whole.start.checked_sub(1).and_then(|at| view.at(at));
    if mark.is_some_and(|mark| SIGNING_MARKS.contains(mark)) && are_names(&whole) {
        return Some(Signature { outlet: None, names: whole });
    }
    if let Some(names) = names_before_place(view, whole.clone()).filter(are_names) {
        return Some(Signature { outlet: None, names });
    }
    let slash = whole.clone().find(|at| view.at(*at) == Some('/'))?;
    let (before, after) = (whole.start..slash, slash + 1..whole.end);
    let is_kind = |at: usize| view.word_at(at, byline_words::STORY_KINDS).is_some_and(|(_, end)| end == after.end);
    let reports = is_kind(view.skip_spaces(after.start))
        || after.end.checked_sub(2).is_some_and(|at| view.word_at(at, wire_verbs::REPORTS).is_some());
    let with_role = || read_people(view, before.clone(), None).is_some_and(|people| !people.is_empty());
    let desk = byline_words::DESKS
        .iter()
        .map(|desk| desk.chars().count())
        .find(|length| before.len() >= *length && view.word_at(before.end - length, byline_words::DESKS).is_some());
    if reports && after.len() <= MAX_REPORT {
        if are_names(&before) || with_role() {
            return Some(Signature { outlet: None, names: before });
        }
        // `青石時報 林遠舟／台北報導`.
        if let Some((outlet, names)) = outlet_and_names(view, before.clone()).filter(|(_, names)| are_names(names)) {
            return Some(Signature { outlet: Some(outlet), names });
        }
        // `生活中心／林遠舟報導`.
        let reporter = after.start..after.end.saturating_sub(2);
        if desk.is_some() && are_names(&reporter) {
            return Some(Signature { outlet: None, names: reporter });
        }
        // `社會中心／綜合報導`.
        if desk.is_some() {
            return Some(Signature { outlet: None, names: before.end..before.end });
        }
    }
    let outlet = before.start..before.end - desk.unwrap_or(0);
    let named = ends_like_an_outlet(view.seen(outlet.clone())) && outlet.len() >= 2;
    // `青石新聞網／綜合報導`.
    let verb = view.skip_spaces(after.start);
    if named && view.word_at(verb, wire_verbs::BRACKETED_REPORTS).is_some_and(|(_, end)| end == after.end) {
        return Some(Signature { outlet: Some(outlet), names: after.end..after.end });
    }
    ((named || desk.is_some()) && are_names(&after))
        .then(|| Signature { outlet: named.then_some(outlet), names: after })
}

/// `林遠舟 上海報道`: the names before a known place and the verb.
fn names_before_place(view: &NormalizedLine, whole: Range<usize>) -> Option<Range<usize>> {
    let verb = whole.end.checked_sub(2).filter(|at| view.word_at(*at, wire_verbs::REPORTS).is_some())?;
    let space = (whole.start..verb).rev().find(|at| view.at(*at) == Some(' '))?;
    is_place(view.seen(space + 1..verb)).then_some(whole.start..space)
}

/// `青石時報 林遠舟`: an outlet, white space and the names of who writes for it.
fn outlet_and_names(view: &NormalizedLine, words: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let space = words.clone().find(|at| view.at(*at) == Some(' '))?;
    let outlet = words.start..space;
    ends_like_an_outlet(view.seen(outlet.clone())).then_some((outlet, view.skip_spaces(space)..words.end))
}

/// Marks that newspapers print before an author's name on a line of its own.
const SIGNING_MARKS: &str = "☉◎●■□○◇◆※▇";

/// Whether the words are an outlet and its reporters rather than a title: `青石网记者林远舟 台北`, `青石时报 何秋白`.
fn names_people(view: &NormalizedLine, words: &[Range<usize>]) -> bool {
    let [first, others @ ..] = words else { return false };
    let reporter = first.clone().any(|at| at > first.start && role_at(view, at).is_some())
        && read_people(view, first.clone(), None).is_some_and(|people| !people.is_empty());
    let outlet = ends_like_an_outlet(view.seen(first.clone()))
        && !others.is_empty()
        && others.iter().all(|word| word.len() <= 4 && are_likely_names(view, word.clone()));
    reporter || outlet
}

/// Classifies a word. Returns the number of characters that remain unexplained.
fn classify_word(view: &NormalizedLine, word: Range<usize>, byline: &mut Byline) -> usize {
    let seen = view.seen(word.clone());
    if is_noise(seen) {
        return 0;
    }
    let name: Vec<char> = seen.iter().copied().filter(|c| !matches!(c, '《' | '》')).collect();
    if name.len() >= 2 && name.len() <= 16 && ends_like_an_outlet(&name) {
        if byline.source.is_empty() {
            byline.source = view.slice(word).trim_matches(['《', '》']).to_owned();
        }
        return 0;
    }
    if is_place(seen) {
        return 0;
    }
    if let Some(people) = read_people(view, word.clone(), None).filter(|people| !people.is_empty()) {
        byline.people.extend(people);
        return 0;
    }
    if are_likely_names(view, word.clone()) && has_the_shape_of_a_name(view.slice(word.clone())) {
        byline.people.push(Person { name: view.slice(word).to_owned(), role: Role::Contributor });
        return 0;
    }
    word.len()
}

/// `记者张三发自上海`, `记者张三报道`, `記者張三／台北報導`: returns the range of the people.
fn without_report(view: &NormalizedLine, whole: Range<usize>) -> Range<usize> {
    const MAX_PLACE: usize = 8;
    let reports = whole.end.checked_sub(2).is_some_and(|at| view.word_at(at, wire_verbs::REPORTS).is_some());
    // `记者 何秋白 河省青石县报道`.
    let space = whole.clone().rev().find(|at| view.at(*at) == Some(' ')).filter(|_| reports);
    if let Some(space) = space
        && names_district(view.seen(space + 1..whole.end - 2))
    {
        return whole.start..space;
    }
    let slash = whole.clone().rev().find(|at| view.at(*at) == Some('/'));
    if let Some(slash) = slash.filter(|slash| reports && whole.end - slash <= MAX_PLACE) {
        return whole.start..slash;
    }
    let end = whole
        .clone()
        .find(|at| view.word_at(*at, wire_verbs::AFTER_PEOPLE).is_some())
        .filter(|at| *at > whole.start)
        .unwrap_or(whole.end);
    whole.start..end
}

/// `河省青石县`: longer than a name, and ends with the unit of administration.
fn names_district(place: &[char]) -> bool {
    const MIN_PLACE: usize = 4;
    place.len() >= MIN_PLACE
        && place.iter().all(|c| is_han(*c))
        && place.last().is_some_and(|c| "省市县区州镇".contains(*c))
}

/// `何秋白 我来说两句(0)`: the names without the label of a button after them.
fn without_button(view: &NormalizedLine, value: Range<usize>) -> Range<usize> {
    const MIN_BUTTON: usize = 5;
    let Some(space) = value.clone().find(|at| view.at(*at) == Some(' ')) else { return value };
    let after = view.skip_spaces(space)..value.end;
    let words = view.seen(after.clone());
    let han = words.iter().take_while(|c| is_han(**c)).count();
    let is_button = han >= MIN_BUTTON && !(after.clone()).any(|at| role_at(view, at).is_some());
    if is_button && has_the_shape_of_a_name(view.slice(value.start..space)) { value.start..space } else { value }
}

/// `何秋白（青石大学教授）`: the names, without a description in brackets.
fn without_description(view: &NormalizedLine, value: Range<usize>) -> Range<usize> {
    let open = (value.start + 1..value.end).find(|at| view.at(*at) == Some('('));
    let says_more = |open: &usize| !are_likely_names(view, open + 1..value.end);
    value.start..open.filter(says_more).unwrap_or(value.end)
}

/// `青石大学历史学院林远舟`, `青石 林远舟`: the names without the employer or outlet before them.
fn without_employer(view: &NormalizedLine, value: Range<usize>) -> Range<usize> {
    let end_of = |at: usize| view.word_at(at, byline_words::EMPLOYERS).map(|(_, end)| view.skip_spaces(end));
    let glued = (value.start + 2..value.end).rev().find_map(end_of);
    let spaced = || {
        let space = value.clone().find(|at| view.at(*at) == Some(' '))?;
        let is_outlet =
            !are_likely_names(view, value.start..space) && view.seen(value.start..space).iter().all(|c| is_han(*c));
        is_outlet.then(|| view.skip_spaces(space))
    };
    let start = glued.or_else(spaced).unwrap_or(value.start);
    let named = start < value.end && are_likely_names(view, start..value.end);
    if named { start..value.end } else { value }
}

/// Stores a value. Returns whether its label makes the line a byline.
fn store_value(view: &NormalizedLine, field: Field, value: Range<usize>, byline: &mut Byline) -> bool {
    let written = view.slice(value.clone()).trim_matches(|c: char| c.is_whitespace() || "、,，:：/()（）".contains(c));
    // Strip the marks of `《青石晚报》` alone, but keep those of the second name in `青石网-《青石晚报》`.
    let written = if written.starts_with('《') { written.trim_matches(['《', '》']) } else { written };
    match field {
        // `媒体：` also opens titles: 媒体：某地仍有人被困.
        Field::OutletName if !ends_like_an_outlet(view.seen(value.clone())) => false,
        Field::Source | Field::OutletName => {
            if byline.source.is_empty() {
                byline.source = written.to_owned();
            }
            true
        }
        Field::Author | Field::Editor => {
            let role = if field == Field::Editor { Role::Editor } else { Role::Contributor };
            let value = without_button(view, value);
            let value = without_employer(view, without_description(view, without_report(view, value)));
            match read_people(view, value.clone(), Some(role)) {
                Some(people) => byline.people.extend(people),
                None if !written.is_empty() && value.len() <= 20 => {
                    byline.people.push(Person { name: written.to_owned(), role });
                }
                None => {}
            }
            true
        }
        Field::Section => {
            byline.section = written.to_owned();
            true
        }
        Field::Keywords => {
            let words = written
                .split([' ', ',', '，', '、', ';', '；', '|', '/'])
                .map(str::trim)
                .filter(|word| !word.is_empty());
            byline.keywords = words.map(str::to_owned).collect();
            true
        }
        Field::OtherContributor => true,
        Field::Time | Field::Ignored => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = read_above_text(&Line::new(text)).map_or("none".to_owned(), |byline| {
            let times: Vec<String> = byline
                .times
                .iter()
                .map(|time| format!("{}-{}-{} {:?}:{:?}", time.year, time.month, time.day, time.hour, time.minute))
                .map(|time| time.replace("Some(", "").replace(')', "").replace("None:None", "").trim().to_owned())
                .collect();
            let people: Vec<String> = byline
                .people
                .iter()
                .map(|p| format!("{}{}", p.name, if p.role == Role::Editor { "E" } else { "" }))
                .collect();
            let title = &text[..byline.title_end];
            format!("{}|{}|{}|{title}", times.join(";"), byline.source, people.join(","))
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn bylines() {
        check("2021-05-14 08:08:05", "2021-5-14 8:8|||");
        check("Saturday, September 11th, 2021 10:56 am", "2021-9-11 10:56|||");
        check("来源:中國新聞網", "|中國新聞網||");
        check("http://music.example 2021年09月01日11:30 青石音乐 我要评论(0)", "2021-9-1 11:30|青石音乐||");
        check("2022年05月05日10:20  來源:人民雄安網", "2022-5-5 10:20|人民雄安網||");
        check("2022-12-25 14:01:49來源:央視新聞客戶端", "2022-12-25 14:1|央視新聞客戶端||");
        check("發布日期: 2023-02-23 17:49:18 來源: 新華網", "2023-2-23 17:49|新華網||");
        check("2026/3/10 13:26(3/10 13:53 更新)", "2026-3-10 13:26|||");
        check("华侨报 08-23 16333", "0-8-23|华侨报||");
        check("作者：张三 责编：李四", "||张三,李四E|");
        check("【糾錯】 【責任編輯:馬小卿 】", "||馬小卿E|");
        check("(视频编辑：张小龙 文字编辑：王小浩)", "||张小龙E,王小浩E|");
        check("本报记者 张三 李四", "||张三,李四|");
        check("(总台央视记者 唐小荣)", "||唐小荣|");
        check("本报记者陈小频实习记者唐翔发自上海", "||陈小频,唐翔|");
        check(
            "某队狂胜某队 某人助某队登榜首http://a.example 2007年08月08日07:48 某某快报",
            "2007-8-8 7:48|某某快报||某队狂胜某队 某人助某队登榜首",
        );
        check("2016年06月17日06:15 汉网-武汉晚报", "2016-6-17 6:15|汉网||");
        check("2021年11月14日，会议召开，大家参加。", "none");
        check("市长会见记者", "none");
        check("某某公司发布2021年05月14日08:08的数据", "none");
        check("记者从有关部门获悉", "none");
        check("新竹某某記者林彥小／新竹報導", "||林彥小|");
        check("青石網記者林遠舟 台北 2022-06-10 13:45", "2022-6-10 13:45||林遠舟|");
        check("青石時報 何秋白 2022/09/03 14:55", "2022-9-3 14:55|青石時報|何秋白|");
        check("青石網記者林遠舟 台北", "||林遠舟|");
        check("记者：镇长，新桥何时通车？", "none");
        check("县里慰问一线记者 送上节日祝福", "none");
        check("时间：2021-09-01 08:00 来源： 作者：", "2021-9-1 8:0|||");
        check("作者： 2021-09-01 08:00", "2021-9-1 8:0|||");
        check("2021-09-01 來源：青石晚報 作者：何秋白 分享到：", "2021-9-1|青石晚報|何秋白|");
        check("来源 | 青石晚报　2021-09-01 08:00", "2021-9-1 8:0|青石晚报||");
        check("2021-09-01 08:00 星期三", "2021-9-1 8:0|||");
        check("2021-09-01 08:00 打印", "2021-9-1 8:0|||");
        check("2021-09-01 08:00　青石音乐", "2021-9-1 8:0|青石音乐||");
        check("2021-09-01 08:00:19河湾评论 来自青石市", "2021-9-1 8:0|河湾评论||");
        check("2021-09-01 08:00发布于河湾河湾时报官方账号", "2021-9-1 8:0|河湾时报||");
        check("青石報快訊／何秋白 2021年09月01日 08:00", "2021-9-1 8:0|青石報|何秋白|");
        check("青石報快訊／何秋白、林遠舟", "|青石報|何秋白,林遠舟|");
        check("林遠舟／雲林報導", "||林遠舟|");
        check("林遠舟／編輯", "||林遠舟E|");
        check("☉林遠舟", "||林遠舟|");
        check("水位／雨量報導", "none");
        check("青石時報 林遠舟／特稿 2021年09月01日 08:00", "2021-9-1 8:0|青石時報|林遠舟|");
        check("2021年09月01日 查看旧版(2007年11月18日以前)", "2021-9-1;2007-11-18|||");
        check("青石报记者 何秋白 河省青石县报道", "||何秋白|");
        check("作者：何秋白 我来说两句(0)", "||何秋白|");
        check("【责任编辑:何秋白】 返回青石，查看更多", "||何秋白E|");
        check("2004-12-10      阅读10544次", "2004-12-10|||");
        check("林遠舟╱台北報導", "||林遠舟|");
        check("社會中心／綜合報導", "|||");
        check("青石時報 林遠舟／台北報導", "|青石時報|林遠舟|");
        check("（林遠舟 上海報道）", "||林遠舟|");
        check("新橋通車 上海報道", "none");
        check("水文中心／年度報告", "none");
        check("作者：青石大学历史学院林远舟", "||林远舟|");
        check("文｜青桥 何秋白", "||何秋白|");
        check("作者：何秋白 林远舟", "||何秋白,林远舟|");
        check("2005-01-06 08:13更新 来源：青石网 第1页/共3页 << 上一页 | 下一页 >>", "2005-1-6 8:13|青石网||");
        check("2014/03/19 18:58 何秋白 林遠舟 報導", "2014-3-19 18:58||何秋白,林遠舟|");
        check("成文日期：2022年01月27日", "2022-1-27|||");
        check("記者林遠舟／台北報導 2021-09-01 08:00", "2021-9-1 8:0||林遠舟|");
        check("青石新聞網／ 綜合報導", "|青石新聞網||");
        check("作者：何秋白（青石大学教授）", "||何秋白|");
        check("作者：何秋白（林远舟）", "||何秋白,林远舟|");
        check("本文来源于青石晚报", "|青石晚报||");
        check("灵感来源于青石镇的桥", "none");
        check("来自：青石晚报", "|青石晚报||");
        check("2021-09-01 08:00 发布于：青石市", "2021-9-1 8:0|||");
        check("☉新桥通车", "none");
        check("下一场演出在2021-09-02 19:30", "2021-9-2 19:30|||");
        check("编辑|林远舟 语音|何秋白 剪辑|李小满", "||林远舟E|");
        check("编辑 林远舟 ｜ 排版 何秋白", "||林远舟E|");
        check("作者：林远舟 来源:青石网 选稿：何秋白", "|青石网|林远舟,何秋白E|");
        check("来源：青石网-《青石晚报》", "|青石网-《青石晚报》||");
        check("作者：Ada Lane 责编：何秋白", "||Ada Lane,何秋白E|");
        check("By Ada Lane", "||Ada Lane|");
        check("By Ada Lane and Tom Reed", "||Ada Lane,Tom Reed|");
        check("By the river in spring", "none");
        check("August 8, 2021 9:12 AM", "2021-8-8 9:12|||");
        check("8 August 2021", "2021-8-8|||");
        check("中華民國91年3月19日星期二", "2002-3-19|||");
        check("策划：给老街留一扇窗", "none");
        check("责编：何秋白 审核：林远舟 签发：李小满", "||何秋白E,林远舟E,李小满E|");
    }
}
