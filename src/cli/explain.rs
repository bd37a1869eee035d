//! `articled parse --explain`: what was decided about a document and why, as text for people or as JSON.
//!
//! Decides nothing: the parser records it.

use articled::parse::{Alternative, Decision, ExplainedLine, Explanation, Part};
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width};
use serde_json::{Value, json};

use super::terminal::{HEADING_END, HEADING_START, printable, without_marks};

/// The width of the text, in terminal columns: what a terminal has if nobody made it wider.
const COLUMNS: u16 = 80;

/// A longer line or value is cut here, in terminal columns: its beginning tells which it is. JSON has it whole.
const MAX_SHOWN_COLUMNS: usize = 120;

/// `subheadline 12` and the codes of the longest names fit; longer details are wrapped.
const BECOMES_COLUMNS: u16 = 16;
const WHY_COLUMNS: u16 = 28;

/// The explanation as text of at most [`COLUMNS`] columns, with marked headings.
pub(super) fn text(origin: &str, explanation: &Explanation) -> String {
    let Explanation { decisions, lines } = explanation;
    let mut parts = vec![heading(origin)];
    parts.extend(decisions.iter().map(decision));
    parts.push(heading("lines"));
    parts.push(table_of_lines(lines));
    parts.join("\n")
}

fn decision(decision: &Decision) -> String {
    let Decision { subject, chosen, rule, candidates } = decision;
    let mut rows = table();
    let value = if chosen.is_empty() { "nothing".to_owned() } else { shown(chosen) };
    rows.add_row(["", "", &value]);
    if !rule.is_empty() {
        rows.add_row(["", "", &format!("because: {rule}")]);
    }
    // Of names, several are chosen.
    let is_chosen = |value: &String| value == chosen || chosen.split('、').any(|name| name == value);
    for Alternative { value, origin, score, verdict } in candidates {
        let mark = if is_chosen(value) && verdict.is_empty() { "*" } else { "-" };
        let score = score.map(|score| format!("{score:.2}")).unwrap_or_default();
        let from =
            [origin.as_ref(), verdict].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        let from = if from.is_empty() { from } else { format!(" ({})", shown(&from)) };
        rows.add_row([mark, &score, &format!("{}{from}", shown(value))]);
    }
    format!("{}\n{}", heading(subject), rows.trim_fmt())
}

fn table_of_lines(lines: &[ExplainedLine]) -> String {
    let mut rows = table();
    rows.set_header(["LINE", "BECOMES", "WHY", "TEXT"]);
    for (column, width) in [(1, BECOMES_COLUMNS), (2, WHY_COLUMNS)] {
        if let Some(column) = rows.column_mut(column) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
    }
    for line in lines {
        let ExplainedLine { number, element, text, repaired, repairs, parts } = line;
        let mut number = number.map_or("-".to_owned(), |number| number.to_string());
        let mut add = |becomes: &str, why: String, text: &str| {
            rows.add_row([std::mem::take(&mut number), becomes.to_owned(), why, shown(text)]);
        };
        if repaired.is_some() {
            let counts: Vec<String> = repairs.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
            add("as printed", counts.join("\n"), text);
        }
        if parts.is_empty() {
            add("-", "a part of another line".to_owned(), repaired.as_ref().unwrap_or(text));
        }
        for Part { text, becomes, reason, detail } in parts {
            let why = [reason.as_ref(), &shown(detail), &shown(element)].map(str::to_owned);
            add(becomes, why.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"), text);
        }
    }
    rows.trim_fmt()
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(COLUMNS);
    table
}

fn heading(text: &str) -> String {
    format!("{HEADING_START}{}{HEADING_END}", shown(text))
}

/// A text in one line, with its control characters escaped before its width is measured.
fn shown(text: &str) -> String {
    let line = without_marks(text).replace(['\n', '\t'], " ");
    console::truncate_str(&printable(&line), MAX_SHOWN_COLUMNS, "…").into_owned()
}

/// The explanation as JSON, with every text whole.
pub(super) fn json(explanation: &Explanation) -> Value {
    let Explanation { decisions, lines } = explanation;
    json!({
        "decisions": decisions.iter().map(|Decision { subject, chosen, rule, candidates }| json!({
            "subject": subject,
            "chosen": chosen,
            "rule": rule,
            "candidates": candidates.iter().map(|Alternative { value, origin, score, verdict }| json!({
                "value": value, "origin": origin, "score": score, "verdict": verdict,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "lines": lines.iter().map(|ExplainedLine { number, element, text, repaired, repairs, parts }| json!({
            "number": number,
            "element": element,
            "text": text,
            "repaired": repaired,
            "repairs": repairs,
            "parts": parts.iter().map(|Part { text, becomes, reason, detail }| json!({
                "text": text, "becomes": becomes, "reason": reason, "detail": detail,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use articled::article::RawDocument;

    use super::*;

    fn explained(content: &str) -> Explanation {
        let document = RawDocument { content: content.as_bytes().to_vec().into(), ..RawDocument::default() };
        articled::parse::explain(&document).1
    }

    #[test]
    fn no_line_is_wider_than_a_terminal_and_none_controls_it() {
        let long = "湖畔镇的居民昨天为新修的石桥举行了通车仪式，镇长在讲话中感谢了所有的人。".repeat(9);
        let page = format!("湖畔镇新桥昨天通车\u{202e}\u{1b}[2J\n来源：湖畔日报 2021-09-01 08:15\n{long}\n分享到\n");
        let text = text(&format!("湖畔\u{1b}[31m{}", "a/".repeat(80)), &explained(&page));
        for line in text.lines().filter(|line| !line.starts_with(HEADING_START)) {
            assert!(console::measure_text_width(line) <= usize::from(COLUMNS), "{line}");
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{FDD0}']), "{text}");
    }

    #[test]
    fn a_line_is_shown_with_what_it_became() {
        let page =
            "湖畔镇新桥昨天通车\n来源：湖畔日报 2021-09-01 08:15\n居民昨天为新修的石桥举行了通车仪式。\n分享到\n";
        let text = text("-", &explained(page));
        let row = |start: &str| text.lines().find(|line| line.contains(start)).expect(start).to_owned();
        assert!(row("BYLINE").contains("removed"), "{text}");
        assert!(row("SHARE_LABEL").ends_with("分享到"), "{text}");
        assert!(row("body 1").ends_with("居民昨天为新修的石桥举行了通"), "{text}");
        assert!(text.contains("* ") && text.contains("because: the first line of the headline block"), "{text}");
    }

    #[test]
    fn json_has_every_text_whole() {
        let long = "湖畔镇的居民昨天为新修的石桥举行了通车仪式，镇长在讲话中感谢了所有的人。".repeat(9);
        let json = json(&explained(&format!("湖畔镇新桥昨天通车\n{long}\n")));
        assert_eq!(
            json["lines"][1]["parts"][0],
            json!({"text": long, "becomes": "body 1", "reason": "", "detail": ""})
        );
        assert_eq!(json["decisions"][0]["subject"], "charset");
    }
}
