//! The update mask: which fields of an article an update changes.

use super::given::GivenArticle;
use crate::article::{ArticleContent, Dateline, is_label_key};
use crate::rpc::proto;
use crate::rpc::violations::{ViolationReason, Violations};

/// A field that a caller can set.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Headline,
    Kicker,
    Subheadlines,
    Dateline,
    DatelineText,
    DatelineAgency,
    DatelineLocation,
    DatelineDate,
    Authors,
    Editors,
    InfoSource,
    Section,
    Body,
    Keywords,
    CitedWorks,
    LanguageCode,
    Url,
    /// The time with its precision and basis.
    PublishTime,
    PublishTimePrecision,
    PublishTimeBasis,
    FetchTime,
    Labels,
    /// The label of this key.
    Label(String),
}

/// The paths of all settable fields, except single labels.
const SETTABLE: [(&str, Field); 22] = [
    ("headline", Field::Headline),
    ("kicker", Field::Kicker),
    ("subheadlines", Field::Subheadlines),
    ("dateline", Field::Dateline),
    ("dateline.text", Field::DatelineText),
    ("dateline.agency", Field::DatelineAgency),
    ("dateline.location", Field::DatelineLocation),
    ("dateline.date", Field::DatelineDate),
    ("authors", Field::Authors),
    ("editors", Field::Editors),
    ("info_source", Field::InfoSource),
    ("section", Field::Section),
    ("body", Field::Body),
    ("keywords", Field::Keywords),
    ("cited_works", Field::CitedWorks),
    ("language_code", Field::LanguageCode),
    ("url", Field::Url),
    ("publish_time", Field::PublishTime),
    ("publish_time_precision", Field::PublishTimePrecision),
    ("publish_time_basis", Field::PublishTimeBasis),
    ("fetch_time", Field::FetchTime),
    ("labels", Field::Labels),
];

/// Output-only fields, which get a violation reason of their own.
const NOT_SETTABLE: [&str; 11] = [
    "name",
    "canonical_url",
    "create_time",
    "update_time",
    "effective_time",
    "etag",
    "revision",
    "char_count",
    "duplicate_of",
    "parse_report",
    "raw",
];

/// A validated update mask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpdateMask {
    fields: Vec<(String, Field)>,
}

impl UpdateMask {
    /// Validates a mask. Without one, or with an empty one, it contains every field that is set in `article`; with `*`, all
    /// fields.
    pub(crate) fn new(
        mask: Option<&prost_types::FieldMask>,
        article: &proto::Article,
        violations: &mut Violations,
    ) -> Self {
        let paths = mask.map_or(&[][..], |mask| &mask.paths);
        if paths.is_empty() {
            return Self { fields: populated(article) };
        }
        let mut fields = Vec::new();
        for path in paths {
            if path == "*" {
                if paths.len() > 1 {
                    violations.add("update_mask", ViolationReason::Malformed, "must not contain other paths next to *");
                }
                return Self { fields: everything() };
            }
            match field_of(path) {
                Some(field) => fields.push((path.clone(), field)),
                None if NOT_SETTABLE.contains(&top_level(path)) => {
                    let description = format!("must not name {path}, which a caller cannot set");
                    violations.add("update_mask", ViolationReason::OutputOnly, description);
                }
                None => {
                    let description = format!("names {path}, which is not a field of an article");
                    violations.add("update_mask", ViolationReason::UnknownField, description);
                }
            }
        }
        Self { fields }
    }

    /// Whether a violation at this path of the request is about a field that is updated.
    pub(crate) fn concerns(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix("article.") else { return true };
        self.fields.iter().any(|(named, field)| {
            let within = |named: &str| {
                path.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            within(named)
                || *field == Field::PublishTime && (within("publish_time_precision") || within("publish_time_basis"))
        })
    }

    /// Copies the fields of the mask from the given article.
    pub(crate) fn apply(&self, given: &GivenArticle, onto: &mut ArticleContent) {
        for (_, field) in &self.fields {
            apply(field, given, onto);
        }
    }
}

fn apply(field: &Field, given: &GivenArticle, onto: &mut ArticleContent) {
    let from = &given.content;
    match field {
        Field::Headline => onto.headline.clone_from(&from.headline),
        Field::Kicker => onto.kicker.clone_from(&from.kicker),
        Field::Subheadlines => onto.subheadlines.clone_from(&from.subheadlines),
        Field::Dateline => onto.dateline.clone_from(&from.dateline),
        Field::DatelineText => onto_dateline(from, onto, |from, onto| onto.text = from.text),
        Field::DatelineAgency => onto_dateline(from, onto, |from, onto| onto.agency = from.agency),
        Field::DatelineLocation => onto_dateline(from, onto, |from, onto| onto.location = from.location),
        Field::DatelineDate => onto_dateline(from, onto, |from, onto| onto.date = from.date),
        Field::Authors => onto.authors.clone_from(&from.authors),
        Field::Editors => onto.editors.clone_from(&from.editors),
        Field::InfoSource => onto.info_source.clone_from(&from.info_source),
        Field::Section => onto.section.clone_from(&from.section),
        Field::Body => onto.body.clone_from(&from.body),
        Field::Keywords => onto.keywords.clone_from(&from.keywords),
        Field::CitedWorks => onto.cited_works.clone_from(&from.cited_works),
        Field::LanguageCode => onto.language_code.clone_from(&from.language_code),
        Field::Url => onto.url.clone_from(&from.url),
        Field::PublishTime => onto.publish_time = from.publish_time,
        Field::PublishTimePrecision => {
            if let (Some(published), Some(precision)) = (&mut onto.publish_time, given.precision) {
                published.precision = precision;
            }
        }
        Field::PublishTimeBasis => {
            if let (Some(published), Some(basis)) = (&mut onto.publish_time, given.basis) {
                published.basis = basis;
            }
        }
        Field::FetchTime => onto.fetch_time = from.fetch_time,
        Field::Labels => onto.labels.clone_from(&from.labels),
        Field::Label(key) => match from.labels.get(key) {
            Some(value) => _ = onto.labels.insert(key.clone(), value.clone()),
            None => _ = onto.labels.remove(key),
        },
    }
}

/// Updates a field of the dateline. A dateline that becomes empty is removed.
fn onto_dateline(from: &ArticleContent, onto: &mut ArticleContent, take: impl FnOnce(Dateline, &mut Dateline)) {
    let mut dateline = onto.dateline.take().unwrap_or_default();
    take(from.dateline.clone().unwrap_or_default(), &mut dateline);
    onto.dateline = (dateline != Dateline::default()).then_some(dateline);
}

fn field_of(path: &str) -> Option<Field> {
    if let Some(key) = path.strip_prefix("labels.") {
        // Clients may quote a key with backticks (AIP-161), even if no valid key needs it.
        let key = key.strip_prefix('`').and_then(|key| key.strip_suffix('`')).unwrap_or(key);
        return is_label_key(key).then(|| Field::Label(key.to_owned()));
    }
    SETTABLE.iter().find(|(name, _)| *name == path).map(|(_, field)| field.clone())
}

fn top_level(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn everything() -> Vec<(String, Field)> {
    let whole = SETTABLE.iter().filter(|(path, _)| !path.contains('.'));
    whole.map(|(path, field)| ((*path).to_owned(), field.clone())).collect()
}

fn populated(article: &proto::Article) -> Vec<(String, Field)> {
    // Without `..`: whether a caller can set a new field is decided here.
    let proto::Article {
        headline,
        kicker,
        subheadlines,
        dateline,
        authors,
        editors,
        info_source,
        section,
        body,
        keywords,
        cited_works,
        language_code,
        url,
        publish_time,
        publish_time_precision,
        publish_time_basis,
        fetch_time,
        labels,
        // Those of `NOT_SETTABLE`.
        name: _,
        canonical_url: _,
        create_time: _,
        update_time: _,
        effective_time: _,
        etag: _,
        revision: _,
        char_count: _,
        duplicate_of: _,
        parse_report: _,
        raw: _,
    } = article;
    let is_set = |field: &Field| match field {
        Field::Headline => !headline.is_empty(),
        Field::Kicker => !kicker.is_empty(),
        Field::Subheadlines => !subheadlines.is_empty(),
        Field::Dateline => dateline.is_some(),
        Field::Authors => !authors.is_empty(),
        Field::Editors => !editors.is_empty(),
        Field::InfoSource => !info_source.is_empty(),
        Field::Section => !section.is_empty(),
        Field::Body => !body.is_empty(),
        Field::Keywords => !keywords.is_empty(),
        Field::CitedWorks => !cited_works.is_empty(),
        Field::LanguageCode => !language_code.is_empty(),
        Field::Url => !url.is_empty(),
        Field::PublishTime => publish_time.is_some(),
        Field::PublishTimePrecision => *publish_time_precision != 0,
        Field::PublishTimeBasis => *publish_time_basis != 0,
        Field::FetchTime => fetch_time.is_some(),
        Field::Labels => !labels.is_empty(),
        // Part of a field that is in the list itself.
        Field::DatelineText
        | Field::DatelineAgency
        | Field::DatelineLocation
        | Field::DatelineDate
        | Field::Label(_) => false,
    };
    everything().into_iter().filter(|(_, field)| is_set(field)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::convert::given_article;

    fn mask(paths: &[&str], article: &proto::Article) -> Result<UpdateMask, String> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let mut violations = Violations::default();
        let mask = UpdateMask::new(Some(&prost_types::FieldMask { paths }), article, &mut violations);
        match violations.iter().next() {
            None => Ok(mask),
            Some(violation) => Err(violation.reason.as_str().to_owned()),
        }
    }

    #[test]
    fn refuses_output_only_and_unknown_fields() {
        let article = proto::Article::default();
        for path in NOT_SETTABLE.iter().copied().chain(["raw.content", "parse_report.repairs"]) {
            assert_eq!(mask(&[path], &article), Err("FIELD_OUTPUT_ONLY".to_owned()), "{path}");
        }
        for path in ["", "title", "headline.x", "labels.", "labels.A", "dateline.date.year", "Headline", " body"] {
            assert_eq!(mask(&[path], &article), Err("UNKNOWN_FIELD".to_owned()), "{path}");
        }
        assert_eq!(mask(&["*", "body"], &article), Err("FIELD_MALFORMED".to_owned()));
    }

    #[test]
    fn every_field_of_the_contract_is_settable_or_not() {
        let pool = prost_reflect::DescriptorPool::decode(proto::DESCRIPTORS).expect("our own descriptors");
        let article = pool.get_message_by_name("articled.v1.Article").expect("the contract has it");
        for field in article.fields() {
            let settable = SETTABLE.iter().any(|(path, _)| *path == field.name());
            assert!(settable != NOT_SETTABLE.contains(&field.name()), "{}", field.name());
        }
    }

    #[test]
    fn applies_only_the_fields_it_names() {
        let given = proto::Article {
            headline: "新題".to_owned(),
            info_source: "源".to_owned(),
            dateline: Some(proto::Dateline { agency: "某社".to_owned(), ..Default::default() }),
            labels: [("b".to_owned(), "2".to_owned())].into(),
            ..Default::default()
        };
        let stored = ArticleContent {
            headline: "舊題".to_owned(),
            body: "文".to_owned(),
            labels: [("a".to_owned(), "1".to_owned()), ("c".to_owned(), "3".to_owned())].into(),
            ..Default::default()
        };
        let check = |paths: &[&str], expected: &dyn Fn(&mut ArticleContent)| {
            let mask = mask(paths, &given).expect("allowed");
            let mut found = stored.clone();
            mask.apply(&given_article(given.clone(), &mut Violations::default()), &mut found);
            let mut wanted = stored.clone();
            expected(&mut wanted);
            assert_eq!(found, wanted, "{paths:?}");
        };
        let dateline = Some(Dateline { agency: "某社".to_owned(), ..Default::default() });
        check(&["headline"], &|article| article.headline = "新題".to_owned());
        check(&["body"], &|article| article.body.clear());
        check(&["labels.b", "labels.c", "labels.`d`"], &|article| {
            article.labels = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())].into();
        });
        check(&["dateline.agency"], &|article| article.dateline.clone_from(&dateline));
        check(&["dateline.location"], &|article| article.dateline = None);
        let populated = |article: &mut ArticleContent| {
            article.headline = "新題".to_owned();
            article.info_source = "源".to_owned();
            article.dateline.clone_from(&dateline);
            article.labels = [("b".to_owned(), "2".to_owned())].into();
        };
        check(&[], &populated);
        check(&["*"], &|article| {
            populated(article);
            article.body.clear();
            article.language_code = "und".to_owned();
        });
    }
}
