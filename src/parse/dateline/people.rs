//! Reads the people in a dateline or byline, with their roles.
//!
//! Names may be separated by white space, 、 or nothing at all. Affiliations (新华社记者, 本报见习记者) are no names.

use std::ops::Range;

use super::{agency, name_runs};
pub(crate) use crate::parse::lexicon::roles::Role;
use crate::parse::lexicon::{english_words, places, roles, surnames};
use crate::parse::normalized_line::{NormalizedLine, normalize_char};
use crate::text::is_han;

/// Someone credited with a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub name: String,
    pub role: Role,
}

/// The longest group of names, in characters.
pub(super) const MAX_GROUP: usize = 120;

/// The role word at `index`: its role, and where it ends.
pub(crate) fn role_at(line: &NormalizedLine, index: usize) -> Option<(Role, usize)> {
    let (word, role) = roles::ROLES.iter().find(|(word, _)| line.starts_with(index, word))?;
    let end = index + word.chars().count();
    line.word_at(end, roles::NON_ROLE_SUFFIXES).is_none().then_some((*role, end))
}

/// The people in a range of a line. None if it contains anything but people, role words and affiliations. `unnamed` is the role
/// of names without a role word before them; if it is None, such names make the result None.
pub(crate) fn read(line: &NormalizedLine, range: Range<usize>, unnamed: Option<Role>) -> Option<Vec<Person>> {
    if range.len() > MAX_GROUP {
        return None;
    }
    let mut people = Vec::new();
    let mut role = None;
    let mut token = range.start;
    let mut tokens: Vec<Range<usize>> = Vec::new();
    let mut at = range.start;
    while at <= range.end {
        let found = (at < range.end).then(|| role_at(line, at)).flatten().filter(|(_, end)| *end <= range.end);
        let separates = at == range.end || line.at(at).is_some_and(is_separator);
        if found.is_some() || separates {
            if token < at {
                tokens.push(token..at);
            }
            token = at + 1;
        }
        if let Some((next, end)) = found {
            // The token right before a role word may be an affiliation: 新华社记者.
            let affiliated = tokens.pop_if(|last| last.end == at && is_affiliation(line, last.clone()));
            if affiliated.is_none() && role.is_none() && tokens.len() == 1 && people.is_empty() {
                // `李四 摄影`: a name before the first role word.
                let before = tokens.pop();
                let named = before.filter(|name| are_likely_names(line, name.clone()));
                // Anything else there is an affiliation that is not in the lists.
                let names = named.and_then(|name| names_in(line, name)).unwrap_or_default();
                people.extend(names.into_iter().map(|name| Person { name, role: next }));
            }
            flush(line, &mut tokens, role.or(unnamed), &mut people)?;
            role = Some(next);
            at = end;
            token = end;
            continue;
        }
        at += 1;
    }
    flush(line, &mut tokens, role.or(unnamed), &mut people)?;
    Some(people)
}

fn flush(
    line: &NormalizedLine,
    tokens: &mut Vec<Range<usize>>,
    role: Option<Role>,
    people: &mut Vec<Person>,
) -> Option<()> {
    join_spaced_names(line, tokens);
    for token in tokens.drain(..) {
        if is_affiliation(line, token.clone()) {
            continue;
        }
        let names = names_in(line, token)?;
        let role = role?;
        people.extend(names.into_iter().map(|name| Person { name, role }));
    }
    Some(())
}

/// `张 三、李 四`: joins a two-character name with a space inside, and a name of two words in letters.
fn join_spaced_names(line: &NormalizedLine, tokens: &mut Vec<Range<usize>>) {
    let mut index = 0;
    while index + 1 < tokens.len() {
        let (Some(first), Some(second)) = (tokens.get(index).cloned(), tokens.get(index + 1).cloned()) else { return };
        let spaced = line.seen(first.end..second.start).iter().all(|character| *character == ' ');
        let in_letters = |token: &Range<usize>| {
            line.seen(token.clone()).iter().all(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '\'' | '-'))
        };
        // `Ada Lane`.
        if spaced && second.start == first.end + 1 && in_letters(&first) && in_letters(&second) {
            tokens.splice(index..=index + 1, std::iter::once(first.start..second.end));
            continue;
        }
        if spaced && first.len() == 1 && second.len() == 1 {
            let joined = first.start..second.end;
            tokens.splice(index..=index + 1, std::iter::once(joined));
        }
        index += 1;
    }
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '、'
            | ','
            | ':'
            | ';'
            | '/'
            | '&'
            | '|'
            | '□'
            | '■'
            | '◎'
            | '○'
            | '●'
            | '。'
            | '和'
            | '—'
            | '-'
            | '('
            | ')'
            | '['
            | ']'
    )
}

/// Whether a token is an employer or a qualifier of a role, rather than a name.
fn is_affiliation(line: &NormalizedLine, token: Range<usize>) -> bool {
    let seen = line.seen(token.clone());
    roles::AFFILIATIONS.iter().any(|kind| kind.chars().eq(seen.iter().copied()))
        || seen.first() == Some(&'驻')
        || agency::ends_like_an_outlet(seen)
            && (seen.len() > 3 || surnames::rank(seen) == 0 || agency::known_at(line, token.start).is_some())
        || agency::known_at(line, token.start).is_some()
}

/// The names in a token without separators, as they are written; `None` if it is anything else.
fn names_in(line: &NormalizedLine, token: Range<usize>) -> Option<Vec<String>> {
    let seen = line.seen(token.clone());
    // White space within a two-character name, or around it, is layout.
    let written =
        || line.slice(token.clone()).chars().filter(|character| !character.is_whitespace()).collect::<String>();
    let foreign = seen.contains(&'·');
    if foreign || seen.iter().any(char::is_ascii_alphabetic) {
        let plausible =
            seen.iter().all(|c| is_han(*c) || c.is_ascii_alphabetic() || matches!(c, '·' | '.' | '\'' | '-' | ' '));
        return (plausible && (2..=30).contains(&seen.len())).then(|| vec![line.slice(token.clone()).to_owned()]);
    }
    let letters: Vec<char> = seen.iter().copied().filter(|character| *character != ' ').collect();
    if !letters.iter().all(|character| is_han(*character)) {
        return None;
    }
    match letters.len() {
        2 | 3 => Some(vec![written()]),
        4 if surnames::is_compound(&letters) => Some(vec![written()]),
        4..=24 if letters.len() == seen.len() => match name_runs::split_run(&letters) {
            Some(ends) => {
                let mut start = token.start;
                Some(
                    ends.into_iter()
                        .map(|end| {
                            let name = line.slice(start..token.start + end).to_owned();
                            start = token.start + end;
                            name
                        })
                        .collect(),
                )
            }
            // A name without a surname, as Uyghur names are: 阿依古丽.
            None if letters.len() <= 6 => Some(vec![written()]),
            None => None,
        },
        _ => None,
    }
}

/// Whether the value of an author or editor field can be a name. Pages also put `网络`, a user id or half a sentence there.
pub(crate) fn may_be_a_name(name: &str) -> bool {
    /// The longest name, in characters: a foreign name in Han characters with a middle dot, or one in letters.
    const MAX_NAME: usize = 40;
    const MAX_HAN: usize = 8;
    let length = name.chars().count();
    let han = name.chars().filter(|c| is_han(*c)).count();
    let fits = length >= 2
        && if han > 0 && !name.contains(['·', '•', '・']) { length <= MAX_HAN } else { length <= MAX_NAME };
    let letters =
        name.chars().all(|c| c.is_alphabetic() || " ·•・.-'’".contains(c)) && name.chars().any(char::is_alphabetic);
    // Domains and user names are no names of people: `news.example`, `chenwei`.
    let domain = name.split('.').skip(1).any(|part| !part.is_empty() && !part.starts_with(' '));
    let login = !name.contains(' ') && name.chars().all(|c| c.is_ascii_lowercase());
    let plain: String = name.chars().map(normalize_char).collect();
    // `News Reporter`.
    let job = name.rsplit(' ').next().is_some_and(|last| english_words::JOBS.contains(&last.to_lowercase().as_str()));
    fits && letters
        && !job
        && !domain
        && !login
        && !roles::NON_NAMES.contains(&plain.as_str())
        && !plain.starts_with("来自")
}

/// Whether a text has the form of a name: a surname and one or two characters, a foreign name with a middle dot, or capitalized
/// words in letters.
pub(crate) fn has_the_shape_of_a_name(name: &str) -> bool {
    let plain: Vec<char> = name.chars().map(normalize_char).filter(|c| *c != ' ').collect();
    let given = plain.len().saturating_sub(if surnames::is_compound(&plain) { 2 } else { 1 });
    let chinese = plain.iter().all(|c| is_han(*c)) && surnames::rank(&plain) > 0 && (1..=2).contains(&given);
    let capitals = name.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
    chinese || plain.contains(&'·') || capitals && name.contains(char::is_alphabetic)
}

/// `林远舟摄`: the name without 摄 ("photo by"), which stays if fewer than two characters would be left.
pub(crate) fn without_credit(name: &str) -> &str {
    const MIN_NAME: usize = 2;
    let bare = name.strip_suffix(['摄', '攝']).filter(|bare| bare.chars().count() >= MIN_NAME);
    bare.unwrap_or(name)
}

/// `编译林远舟`: the name without the role before it. None for a role alone: `香港特约记者`.
pub(crate) fn without_role(name: &str) -> Option<&str> {
    /// In characters.
    const MAX_NAME: usize = 40;
    let line = NormalizedLine::of(name, MAX_NAME);
    if (0..line.len()).any(|at| role_at(&line, at).is_some_and(|(_, end)| end == line.len())) {
        return None;
    }
    let end = role_at(&line, 0).map(|(_, end)| line.skip_spaces(end));
    Some(end.filter(|end| are_likely_names(&line, *end..line.len())).map_or(name, |end| line.slice(end..line.len())))
}

/// Whether a range contains only likely names, each with a surname or a middle dot. For places where no role word indicates
/// names.
pub(crate) fn are_likely_names(line: &NormalizedLine, range: Range<usize>) -> bool {
    let seen = line.seen(range);
    let mut any = false;
    for token in seen.split(|character| is_separator(*character)).filter(|token| !token.is_empty()) {
        any = true;
        let short = token.len() <= 4 && token.len() >= 2 || token.contains(&'·');
        let likely =
            short && (surnames::rank(token) > 0 || token.contains(&'·')) || name_runs::split_run(token).is_some();
        if !likely || !token.iter().all(|c| is_han(*c) || *c == '·') {
            // The half of a name with a space inside: 张 三.
            if token.len() != 1 || !is_han(token.first().copied().unwrap_or_default()) {
                return false;
            }
        }
    }
    any
}

/// The end of a name that other words follow without a separator. The words that follow decide between two and three
/// characters.
pub(super) fn glued_name_end(line: &NormalizedLine, start: usize) -> Option<usize> {
    let ends_here =
        |end: usize| line.at(end).is_none_or(|next| !is_han(next)) || line.word_at(end, roles::AFTER_NAMES).is_some();
    let fits = |end: &usize| {
        let name = line.seen(start..*end);
        name.len() == end - start && name.iter().all(|character| is_han(*character)) && surnames::rank(name) > 0
    };
    let compound = surnames::is_compound(line.seen(start..start + 2));
    let lengths = if compound { [4, 3] } else { [2, 3] };
    lengths.into_iter().map(|length| start + length).find(|end| fits(end) && ends_here(*end))
}

/// `林六台北`: the boundary between name and place.
pub(super) fn split_name_and_place(run: &[char]) -> Option<usize> {
    if let Some(place) = places::place_suffix(run) {
        return (2..=4).contains(&place).then_some(place);
    }
    let name = match run.len() {
        0..=3 => return None,
        4 => 2,
        _ if surnames::is_compound(run) => 4,
        _ => 3,
    };
    (run.len() >= name + 2).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, unnamed: Option<Role>, expected: Option<&[(&str, Role)]>) {
        let line = NormalizedLine::of(text, 200);
        let found = read(&line, 0..line.len(), unnamed);
        let found: Option<Vec<(&str, Role)>> =
            found.as_ref().map(|people| people.iter().map(|person| (person.name.as_str(), person.role)).collect());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn people() {
        use Role::{Contributor, Editor, Reporter};
        check("记者 张三、李四", None, Some(&[("张三", Reporter), ("李四", Reporter)]));
        check("記者張小三、陳四", None, Some(&[("張小三", Reporter), ("陳四", Reporter)]));
        check(
            "记者王小明赵六通讯员李雷雷实习生张三",
            None,
            Some(&[("王小明", Reporter), ("赵六", Reporter), ("李雷雷", Contributor), ("张三", Contributor)]),
        );
        check("通讯员 李雷 记者 张三", None, Some(&[("李雷", Contributor), ("张三", Reporter)]));
        check("通讯员：李雷 韩梅梅", None, Some(&[("李雷", Contributor), ("韩梅梅", Contributor)]));
        check("中央人民广播电台记者李雷、新华社记者张三", None, Some(&[("李雷", Reporter), ("张三", Reporter)]));
        check("张三 李四光", Some(Reporter), Some(&[("张三", Reporter), ("李四光", Reporter)]));
        check("记者张　三、李四光", None, Some(&[("张三", Reporter), ("李四光", Reporter)]));
        check("编辑/王五", None, Some(&[("王五", Editor)]));
        check("首席记者 林深圳", None, Some(&[("林深圳", Reporter)]));
        check("记者阿依古丽·买买提", None, Some(&[("阿依古丽·买买提", Reporter)]));
        check("记者 Ada Lane、林远舟", None, Some(&[("Ada Lane", Reporter), ("林远舟", Reporter)]));
        check("记者调查", None, None);
        check("2020东京", Some(Reporter), None);
        check("张三", None, None);
        check("", None, Some(&[]));
    }

    #[test]
    fn shapes_of_names() {
        for name in ["林远舟", "何六", "欧阳小明", "阿依古丽·买买提", "Ada Lane"] {
            assert!(has_the_shape_of_a_name(name), "{name}");
        }
        for word in ["们的故事", "送上节日祝福", "责任", "分享到", "chenwei"] {
            assert!(!has_the_shape_of_a_name(word), "{word}");
        }
    }

    #[test]
    fn roles_of_names_in_metadata() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(without_role(name), expected, "{name}");
        check("編譯林遠舟", Some("林遠舟"));
        check("香港特約記者", None);
        check("林遠舟", Some("林遠舟"));
        check("Ada Lane", Some("Ada Lane"));
    }

    #[test]
    fn names_and_places() {
        let split = |run: &str| split_name_and_place(&run.chars().collect::<Vec<_>>());
        assert_eq!(split("林深圳台北"), Some(3));
        assert_eq!(split("王五华盛顿"), Some(2));
        assert_eq!(split("王小明某某镇"), Some(3));
        assert_eq!(split("林深圳"), None);
    }
}
