//! Finds the outlet that a story credits as its source: in its dateline, or in its first words, `据某某社9月26日消息`.

use super::dateline::ends_like_an_outlet;
use super::normalized_line::NormalizedLine;
use crate::article::Dateline;
use crate::parse::lexicon::wire_verbs;

/// The longest name of an outlet, in characters.
const MAX_OUTLET: usize = 12;

/// The longest text between the outlet and 消息, in characters: a date, 记者, 客户端.
const MAX_BETWEEN: usize = 12;

/// The outlet that the dateline credits, or else the first words of the body.
pub(super) fn credited(dateline: Option<&Dateline>, body: &str) -> Option<String> {
    let agency = dateline.map(|dateline| dateline.agency.as_str()).unwrap_or_default();
    // 本报, 本站: the page's own outlet.
    let own = agency.is_empty() || agency.starts_with('本') || agency.ends_with(['讯', '訊']);
    if own { by_first_words(body).map(str::to_owned) } else { Some(agency.to_owned()) }
}

/// Whether two outlets belong together, as `青石时报网` and `青石时报快讯` do. Then the one in the page's metadata is the source.
pub(super) fn share_a_name(one: &str, other: &str) -> bool {
    const MIN_SHARED: usize = 3;
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count() >= MIN_SHARED
}

fn by_first_words(body: &str) -> Option<&str> {
    let view = NormalizedLine::of(body.lines().next()?, 1 + MAX_OUTLET + MAX_BETWEEN + 2);
    view.word_at(0, &["据"])?;
    let reported = (1..view.len()).find(|at| view.word_at(*at, wire_verbs::CREDITS).is_some())?;
    // The shortest text that ends like an outlet's name, with only a date or the like before the verb.
    let end = (3..=reported.min(1 + MAX_OUTLET)).find(|end| {
        let rest = view.seen(*end..reported);
        let plain_rest = rest.iter().all(|c| c.is_ascii_digit() || "年月日记者客户端讯 ".contains(*c));
        plain_rest && ends_like_an_outlet(view.seen(1..*end))
    })?;
    Some(view.slice(1..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credited_outlets() {
        let check = |agency: &str, body: &str, expected: Option<&str>| {
            let dateline = Dateline { agency: agency.to_owned(), ..Dateline::default() };
            assert_eq!(credited(Some(&dateline), body).as_deref(), expected, "{agency} {body}");
        };
        check("青石社", "据河湾网消息，甲", Some("青石社"));
        check("", "据青石社9月26日消息，新馆开放。", Some("青石社"));
        check("本报", "據青石晚報報導，新館開放。", Some("青石晚報"));
        check("", "据青石新闻客户端消息，新馆开放。", Some("青石新闻"));
        check("", "据介绍，新馆开放，消息传来。", None);
        check("", "据外媒报道，新馆开放。", None);
        check("", "", None);
    }

    #[test]
    fn outlets_that_share_a_name() {
        assert!(share_a_name("青石时报快讯", "青石时报网"));
        assert!(!share_a_name("青石社", "青石网"));
    }
}
