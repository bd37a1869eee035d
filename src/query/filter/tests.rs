//! The filter language by example: what is read, and what is refused where.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::article::{ArticleContent, ArticleName, Dateline, DatelineDate, PageUrl, PublishTime};
use crate::query::BadKeywords;

pub(super) fn article() -> Article {
    let time = |text: &str| text.parse::<Timestamp>().expect(text);
    Article {
        name: ArticleName::from_id("a1").expect("an id"),
        content: ArticleContent {
            headline: "雲城新區召開安全生產會議".to_owned(),
            subheadlines: vec!["為建設新區提供保障".to_owned()],
            dateline: Some(Dateline {
                text: "雲城網11月14日電".to_owned(),
                agency: "雲城網".to_owned(),
                location: String::new(),
                date: Some(DatelineDate { year: 2021, month: 11, day: 14 }),
            }),
            authors: vec!["陳大文".to_owned(), "Ann Lee".to_owned()],
            info_source: "雲城網".to_owned(),
            body: "他說\"好\"，5G已開通。".to_owned(),
            keywords: vec!["安全生產".to_owned(), "新區".to_owned()],
            language_code: "zh-Hant".to_owned(),
            url: Some(PageUrl::parse("https://news.example/a?utm_source=b").expect("an address")),
            publish_time: Some(PublishTime {
                time: time("2021-11-14T00:00:00+08:00"),
                precision: TimePrecision::Day,
                basis: TimeBasis::Dateline,
            }),
            labels: BTreeMap::from([("crawl.id".to_owned(), "7".to_owned()), ("env".to_owned(), "test-1".to_owned())]),
            ..ArticleContent::default()
        },
        char_count: 12,
        create_time: time("2021-11-15T01:02:03.000004Z"),
        update_time: time("2021-11-16T01:02:03Z"),
        revision: 3,
        duplicate_of: None,
        parse_report: None,
        raw: None,
    }
}

fn parsed(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|bad| panic!("{text}: {bad}")).unwrap_or_else(|| panic!("{text} is blank"))
}

#[test]
fn what_matches() {
    let article = article();
    let yes = [
        // Keywords.
        "安全生产",
        "安全 陈大文",
        "\"安全生產\"",
        "5g",
        "'他说\"好\"'",
        "没有 OR 安全",
        "-没有",
        "安全 AND\"新區\"",
        "没有 OR“新區” NOT\"没有\"",
        "headline：安全生产",
        "（没有 OR 新区）AND headline：“安全”",
        "revision＝3 AND revision！＝4",
        "body:\"他說\\\"好\\\"，5G\"",
        "NOT 没有",
        "a AND 5g OR 没有",
        "(没有 安全) OR (新区 AND 5g)",
        // Texts.
        "name = \"articles/a1\"",
        "name=articles/a1",
        "headline = \"雲城新區*\"",
        "headline = *會議",
        "headline = \"*安全*\"",
        "headline != \"雲城\\*x\"",
        "headline:安全生产",
        "kicker = \"\"",
        "kicker != x",
        "NOT kicker:*",
        "headline:*",
        "dateline.agency:云城",
        "dateline.location = ''",
        "language_code = zh-Hant",
        "language_code = ZH-hant",
        "language_code != \"zh-hans\"",
        "headline:‘安全生产’",
        "「安全生产」 AND headline = 『*會議』",
        "name = \"articles/*\" AND name != articles/other",
        "language_code >= \"zh\" AND language_code < \"zi\"",
        "url = 'https://news.example/a?utm_source=b'",
        "canonical_url = https://news.example/a",
        "url:example",
        "etag:*",
        "-duplicate_of:*",
        "duplicate_of = ''",
        "body:5Ｇ",
        "dateline.text = 雲城網11月14日電",
        "info_source = 雲城網",
        "section = '' AND section < a",
        // Times.
        "publish_time = 2021-11-14",
        "publish_time = 2021-11-13T16:00:00Z",
        "publish_time >= \"2021-11-14T00:00:00+08:00\"",
        "publish_time > 2021-11-13 publish_time < 2021-11-15",
        "create_time = 2021-11-15T01:02:03.0000049Z",
        "effective_time <= 2021-11-14T00:00:00",
        "-fetch_time:*",
        "publish_time:*",
        "NOT fetch_time > 2000-01-01",
        // Numbers and enums.
        "revision = 3",
        "revision >= 3 AND char_count != 13",
        "revision > -1",
        "dateline.date.year = 2021 dateline.date.month = 11 dateline.date.day >= 14",
        "update_time = 2021-11-16T09:02:03+08:00 AND update_time = 2021-11-16T09:02:03",
        "publish_time_precision = DAY",
        "publish_time_precision = PUBLISH_TIME_PRECISION_DAY",
        "publish_time_basis != CALLER",
        "publish_time_basis:DATELINE",
        // Lists.
        "keywords:安全生产",
        "keywords:\"安全*\"",
        "keywords = 安全生產",
        "keywords != 安全生产",
        "keywords:(没有 OR 新区)",
        "authors:\"ann lee\"",
        "authors:(陈大文 AND \"Ann Lee\")",
        "subheadlines:*",
        "-cited_works:*",
        "NOT editors:甲 AND editors != 甲",
        // Labels and messages.
        "labels:env",
        "labels.env = test-1",
        "labels.env:\"test*\"",
        "labels.crawl.id = 7",
        "labels.\"crawl.id\" != 8",
        "labels.env:*",
        "labels:*",
        "NOT labels:other",
        "dateline:*",
        "dateline.date:*",
    ];
    for text in yes {
        assert!(parsed(text).matches(&article), "{text}");
    }
    let no = [
        "没有",
        "安全 没有",
        "-安全",
        "headline = 雲城",
        "headline = 云城新区召开安全生产会议",
        "headline:5g",
        "dateline.agency = \"云城网\"",
        "publish_time > 2021-11-14",
        "fetch_time < 2100-01-01",
        "fetch_time != 2100-01-01",
        "update_time < 2021-11-16T01:02:03Z",
        "revision = 4",
        "publish_time_precision = SECOND",
        "publish_time_basis = UNSPECIFIED",
        "keywords:安全",
        "keywords != 安全生產",
        "keywords = 安全生产",
        "labels:crawl",
        "labels.other = x",
        "labels.other != x",
        "labels.env = test",
        "kicker:*",
    ];
    for text in no {
        assert!(!parsed(text).matches(&article), "{text}");
    }
    // Without a dateline nothing holds of its parts.
    let mut without = article;
    without.content.dateline = None;
    assert!(!parsed("dateline.agency != x OR dateline.date.year < 3000 OR dateline:*").matches(&without));
}

#[test]
fn or_binds_tighter_than_and() {
    assert_eq!(parsed("a AND b OR c"), parsed("a AND (b OR c)"));
    assert_eq!(parsed("a b OR c d"), parsed("a AND (b OR c) AND d"));
    assert_ne!(parsed("a AND b OR c"), parsed("(a AND b) OR c"));
    assert_eq!(parsed("-a OR b"), parsed("(NOT a) OR b"));
}

#[test]
fn blank_restricts_nothing() {
    assert_eq!(Filter::parse(""), Ok(None));
    assert_eq!(Filter::parse(" \n　"), Ok(None));
}

#[test]
fn what_is_refused_and_where() {
    let check = |text: &str, position: usize, problem: FilterProblem| {
        assert_eq!(Filter::parse(text), Err(BadFilter { position, problem }), "{text}");
    };
    let value = |field: &str, expected| FilterProblem::Value { field: field.to_owned(), expected };
    let operator = |field: &str, operator| FilterProblem::Operator { field: field.to_owned(), operator };
    check("安全 AND 作者 = x", 8, FilterProblem::UnknownField("作者".to_owned()));
    check("dateline.place:x", 1, FilterProblem::UnknownField("dateline.place".to_owned()));
    check("a AND revision = 三", 18, value("revision", "an integer"));
    check("revision = 5.5", 12, value("revision", "an integer"));
    check("revision = 99999999999999999999", 12, value("revision", "an integer"));
    for bad_time in ["yesterday", "2021", "2021-13-01", "20211114", "2021-11-14T25:00:00Z", "0000-01-01", "2021-02-29"]
    {
        check(
            &format!("create_time > {bad_time}"),
            15,
            value("create_time", "a time such as 2021-11-14T08:30:00+08:00, or a day such as 2021-11-14"),
        );
    }
    check(
        "publish_time_precision = Day",
        26,
        value("publish_time_precision", "one of UNSPECIFIED, YEAR, MONTH, DAY, HOUR, MINUTE, SECOND"),
    );
    check("publish_time_precision > DAY", 24, operator("publish_time_precision", ">"));
    check("keywords < x", 10, operator("keywords", "<"));
    check("labels = x", 8, operator("labels", "="));
    check("dateline = x", 10, operator("dateline", "="));
    check("headline:\" \"", 10, value("headline", "text that is not blank"));
    check("\"  \"", 1, FilterProblem::Keyword(BadKeywords::Blank));
    check(&"字".repeat(65), 1, FilterProblem::Keyword(BadKeywords::TooLong));
    for (text, position) in [
        ("a AND", 6),
        ("AND a", 1),
        ("a OR", 5),
        ("a AND OR b", 7),
        ("(a", 3),
        ("a)", 2),
        ("()", 2),
        ("\"安全", 1),
        ("a \"", 3),
        ("headline =", 11),
        ("headline = = x", 12),
        ("headline ! x", 10),
        ("a, b", 2),
        ("f(x)", 2),
        ("= x", 1),
        ("NOT", 4),
        ("keywords:(a", 12),
    ] {
        let bad = Filter::parse(text).expect_err(text);
        assert!(matches!(bad.problem, FilterProblem::Syntax(_)), "{text}: {bad}");
        assert_eq!(bad.position, position, "{text}: {bad}");
    }
    for (text, position) in [
        ("a and b", 3),
        ("a Or b", 3),
        ("not a", 1),
        ("authors:(a or b)", 12),
        ("a && b", 3),
        ("a&&b", 2),
        ("a & b", 3),
        ("a || b", 3),
        ("a||b", 2),
        ("headline ~ x", 10),
        ("headline~x", 9),
        ("headline =~ x", 11),
        ("安全;", 3),
        ("安全；", 3),
        ("a; b", 2),
        ("headline:安全;", 12),
        ("--x", 2),
        ("---x", 2),
        ("NOT -x", 5),
        ("- x", 1),
        ("a - b", 3),
        ("-", 1),
        ("安*全", 2),
        ("安全*", 3),
        ("*", 1),
        ("headline = 安*全", 13),
        ("headline = \"安*全\"", 14),
        ("headline:安*全", 11),
        ("keywords:\"*安*全*\"", 13),
        ("labels.env != a*b", 16),
        ("“安全", 1),
        ("安全”", 3),
        ("记者，编辑", 3),
        ("a ＡＮＤ b", 3),
        ("ｎｏｔ a", 1),
        ("a|b", 2),
        ("+a", 1),
        ("a +b", 3),
        ("headline", 9),
        ("headline LIKE \"安全%\"", 10),
        ("labels.env a", 12),
        ("「安全", 1),
    ] {
        let bad = Filter::parse(text).expect_err(text);
        assert!(matches!(bad.problem, FilterProblem::Syntax(_)), "{text}: {bad}");
        assert_eq!(bad.position, position, "{text}: {bad}");
    }
    // Quoted, all of these are text.
    for text in [
        "\"and\"",
        "\"headline\" a",
        "'+a' \"a|b\"",
        "\"a && b\"",
        "'--x'",
        "\"安全;\"",
        "“a ~ b；”",
        "\"安*全\"",
        "headline = \"安\\*全\"",
    ] {
        assert!(Filter::parse(text).is_ok(), "{text}");
    }
    check("name = one", 8, value("name", "a name such as articles/ID"));
    check("duplicate_of != \"a/b\"", 17, value("duplicate_of", "a name such as articles/ID"));
    check("labels.*=1", 1, FilterProblem::UnknownField("labels.*".to_owned()));
    check("记者：张三", 1, FilterProblem::UnknownField("记者".to_owned()));
    let bad = Filter::parse("安全 AND 作者 = x").expect_err("unknown field");
    assert_eq!(bad.to_string(), "at character 8: there is no field \"作者\" to filter by");
}

#[test]
fn limits() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(8)).is_ok());
    assert_eq!(Filter::parse(&nested(9)), Err(BadFilter { position: 9, problem: FilterProblem::TooDeep }));
    assert!(Filter::parse(&"a ".repeat(64)).is_ok());
    assert_eq!(Filter::parse(&"a ".repeat(65)), Err(BadFilter { position: 129, problem: FilterProblem::TooManyTerms }));
    assert!(Filter::parse(&" ".repeat(4096)).is_ok());
    assert_eq!(Filter::parse(&" ".repeat(4097)), Err(BadFilter { position: 4096, problem: FilterProblem::TooLong }));
    assert!(Filter::parse(&"(".repeat(4000)).is_err());
}

/// Texts that look like filters.
fn filter_text() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "a",
        "安全",
        "keywords",
        "labels",
        ".env",
        "dateline",
        ".agency",
        "create_time",
        "revision",
        "AND",
        "OR",
        "NOT",
        "-",
        "(",
        ")",
        " ",
        " ",
        " ",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ":",
        "*",
        "\"",
        "'",
        "\\",
        "\"a b\"",
        "\"*x\\*\"",
        "2021-11-14",
        "5",
        "-5",
        "DAY",
        "publish_time_precision",
        ",",
        ".",
        "!",
        "\u{301}",
        "ﬁ",
        "“",
        "”",
        "：",
        "（",
        "）",
        "~",
        ";",
        "&&",
        "or",
    ]);
    proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

/// Texts that are filters.
fn good_text() -> impl Strategy<Value = String> {
    let term = proptest::sample::select(vec![
        "a",
        "\"安 全\"",
        "'\"'",
        "x.y",
        "headline:\"*安\\*\"",
        "headline = *安",
        "headline != \"\\*\\\\安**\"",
        "headline < '*'",
        "section:*",
        "labels:\"a \\\"b\"",
        "labels:*",
        "labels.a.b != \"c*\"",
        "labels.\"b\" > x",
        "create_time > 2021-11-14",
        "fetch_time = 1969-12-31T23:59:59.9999999Z",
        "revision <= -5",
        "publish_time_precision:DAY",
        "publish_time_basis != PUBLISH_TIME_BASIS_UNSPECIFIED",
        "authors:(a OR b c)",
        "keywords = \"*\"",
        "keywords:\"Ａ *\"",
        "dateline.date:*",
    ]);
    let term = term.prop_map(str::to_owned);
    term.prop_recursive(4, 24, 4, |inner| {
        let several = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several.clone().prop_map(|parts| format!("({})", parts.join(" AND "))),
            several.clone().prop_map(|parts| format!("({})", parts.join(" OR "))),
            several.prop_map(|parts| format!("({})", parts.join(" "))),
            inner.clone().prop_map(|part| format!("(NOT {part})")),
            inner.prop_map(|part| format!("(-{part})")),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_positions_lie_in_the_text(text in prop_oneof![filter_text(), any::<String>()]) {
        if let Err(bad) = Filter::parse(&text) {
            prop_assert!((1..=text.chars().count() + 1).contains(&bad.position));
        }
    }

    #[test]
    fn a_printed_filter_reads_back(text in prop_oneof![filter_text(), good_text()]) {
        if let Ok(Some(filter)) = Filter::parse(&text) {
            let printed = filter.to_string();
            prop_assume!(printed.len() <= MAX_FILTER_BYTES);
            prop_assert_eq!(Filter::parse(&printed), Ok(Some(filter.clone())), "{}", printed);
            prop_assert_eq!(Filter::parse(&printed).expect("read before").expect("not blank").to_string(), printed);
        }
    }

    #[test]
    fn most_good_texts_are_read(text in good_text()) {
        let read = Filter::parse(&text);
        let too_much = matches!(&read, Err(BadFilter { problem: FilterProblem::TooManyTerms | FilterProblem::TooDeep, .. }));
        prop_assert!(too_much || read.is_ok(), "{:?}", read);
    }

    #[test]
    fn negation_negates(text in good_text()) {
        let article = article();
        if let (Ok(Some(filter)), Ok(Some(negated))) = (Filter::parse(&text), Filter::parse(&format!("NOT ({text})"))) {
            prop_assert_ne!(filter.matches(&article), negated.matches(&article));
        }
    }
}
