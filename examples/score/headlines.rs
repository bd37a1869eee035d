//! Headline blocks over a wire dateline: every line of the block lands in it, in order, with a sensible headline.

use crate::{Run, Tally, parse_text, text, texts};

pub(crate) fn score(run: &Run) {
    let mut kept = Tally::default();
    for record in run.records("headline_blocks_pd98.jsonl") {
        let lines = texts(&record, "lines");
        let content = parse_text(text(&record, "raw"), None, Some("1998-02-01T00:00:00Z")).content;
        let mut found: Vec<String> = Vec::new();
        found.extend(Some(content.kicker.clone()).filter(|kicker| !kicker.is_empty()));
        found.push(content.headline.clone());
        found.extend(content.subheadlines.clone());
        run.miss(|| {
            format!(
                "(for the eye) kicker {:?} headline {:?} sub {:?}",
                content.kicker, content.headline, content.subheadlines
            )
        });
        if !kept.add(found == lines && content.dateline.is_some()) {
            run.miss(|| format!("{}: {lines:?}", text(&record, "id")));
        }
    }
    run.tell("headline blocks, each line in its place", &kept);
}
