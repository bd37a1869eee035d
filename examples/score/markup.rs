//! Raw HTML inside plain text: what comes out holds no markup and no entities, and loses no Han character.

use crate::{Run, Tally, parse_text, text};

pub(crate) fn score(run: &Run) {
    let mut clean = Tally::default();
    for record in run.records("xwlb_md_rawhtml.jsonl") {
        let title = text(&record, "title");
        let page = format!("{title}\n{}", text(&record, "text"));
        let parsed = parse_text(&page, None, None);
        let printed = parsed.content.printed();
        let marked = ["</", "<p", "<br", "<strong", "style=", "&nbsp;", "&quot;", "&amp;"]
            .iter()
            .any(|mark| printed.contains(mark));
        if !clean.add(!marked && parsed.content.headline == title) {
            run.miss(|| {
                format!(
                    "{} {:?} {:?}",
                    text(&record, "id"),
                    parsed.content.headline,
                    printed.chars().take(80).collect::<String>()
                )
            });
        }
    }
    run.tell("raw HTML in text, clean and its title found", &clean);
}
