//! One example of each code in a parse report. The texts are invented.

use std::sync::LazyLock;

use articled::article::{ParseReport, RawDocument};
use articled::parse::{Parsed, parse};

/// In which list of the report a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Repair,
    Removal,
    Warning,
}

impl Kind {
    /// The codes of this kind in a report.
    pub(crate) fn codes(self, report: &ParseReport) -> Vec<&str> {
        match self {
            Self::Repair => report.repairs.keys().map(AsRef::as_ref).collect(),
            Self::Removal => report.removed_lines.iter().map(|line| line.reason.as_ref()).collect(),
            Self::Warning => report.warnings.iter().map(|warning| warning.reason.as_ref()).collect(),
        }
    }
}

pub(crate) struct Example {
    pub code: &'static str,
    pub kind: Kind,
    /// One or two sentences.
    pub meaning: &'static str,
    pub document: Document,
}

/// A document to parse.
pub(crate) struct Document {
    text: Content,
    content_type: &'static str,
    /// Empty if it is not known.
    fetch_time: &'static str,
}

enum Content {
    Text(&'static str),
    /// With a byte that is not UTF-8 after the text, and more text.
    BrokenAfter(&'static str, u8, &'static str),
    /// Too long to be shown: a piece, repeated between two texts. `#` in it is the number of the piece.
    Repeated(&'static str, &'static str, usize, &'static str),
}

impl Document {
    pub(crate) fn raw(&self) -> RawDocument {
        let content = match self.text {
            Content::Text(text) => text.as_bytes().to_vec(),
            Content::BrokenAfter(before, byte, after) => [before.as_bytes(), &[byte], after.as_bytes()].concat(),
            Content::Repeated(before, piece, times, after) => {
                let pieces: String = (1..=times).map(|number| piece.replace('#', &number.to_string())).collect();
                format!("{before}{pieces}{after}").into_bytes()
            }
        };
        RawDocument {
            content: content.into(),
            content_type: self.content_type.to_owned(),
            fetch_time: self.fetch_time.parse().ok(),
            ..RawDocument::default()
        }
    }

    /// The document as the page prints it, with what nobody sees escaped.
    pub(crate) fn shown(&self) -> String {
        let text = match self.text {
            Content::Text(text) => escaped(text),
            Content::BrokenAfter(before, byte, after) => format!("{}\\x{byte:02x}{}", escaped(before), escaped(after)),
            Content::Repeated(before, piece, times, after) => {
                let before = if before.ends_with('\n') { escaped(before) + "\n" } else { escaped(before) };
                format!("{before}{}… ({times} times){}", escaped(piece), escaped(after))
            }
        };
        let fetched = if self.fetch_time.is_empty() { String::new() } else { format!("fetched {}\n", self.fetch_time) };
        let typed = if self.content_type.is_empty() { String::new() } else { format!("as {}\n", self.content_type) };
        format!("{fetched}{typed}{text}")
    }
}

fn escaped(text: &str) -> String {
    let is_unseen = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{202E}' | '\u{FEFF}')
    };
    let shown = text.chars().map(|c| if is_unseen(c) { c.escape_unicode().to_string() } else { c.to_string() });
    shown.collect::<String>().trim_end().to_owned()
}

const fn of(code: &'static str, kind: Kind, meaning: &'static str, text: &'static str) -> Example {
    let document = Document { text: Content::Text(text), content_type: "", fetch_time: "" };
    Example { code, kind, meaning, document }
}

const fn repair(code: &'static str, meaning: &'static str, text: &'static str) -> Example {
    of(code, Kind::Repair, meaning, text)
}

const fn removal(code: &'static str, meaning: &'static str, text: &'static str) -> Example {
    of(code, Kind::Removal, meaning, text)
}

const fn warning(code: &'static str, meaning: &'static str, text: &'static str) -> Example {
    of(code, Kind::Warning, meaning, text)
}

/// An example whose document is too long to be shown.
const fn limit(
    code: &'static str,
    meaning: &'static str,
    (before, piece, times, after): (&'static str, &'static str, usize, &'static str),
) -> Example {
    let text = Content::Repeated(before, piece, times, after);
    Example { code, kind: Kind::Warning, meaning, document: Document { text, content_type: "", fetch_time: "" } }
}

/// The examples, parsed once for all tests.
pub(crate) static PARSED: LazyLock<Vec<Parsed>> =
    LazyLock::new(|| EXAMPLES.iter().map(|example| parse(&example.document.raw())).collect());

pub(crate) const EXAMPLES: &[Example] = &[
    repair(
        "PINYIN_RESIDUE",
        "Readings that a mirror site wrote after the characters of a list of its own. They go where a page has them as a \
         habit; an annotation that somebody meant stays: `亳(bó)州`.",
        "兩岸居民迎來新橋\n湖畔鎮(zhèn)昨天為(wèi)新橋舉行通車(chē)儀式。鎮(zhèn)里說,這個(gè)項(xiàng)目連接兩岸。\n\
         這個(gè)項(xiàng)目歷時(shí)兩年,通車(chē)后居民過河只用一刻鐘。鎮(zhèn)上還將(jiāng)修一所學(xué)校。\n",
    ),
    repair(
        "RESIDUE_BYTES",
        "Damage where such a reading fell across the bytes of two characters. It is undone where the words leave no doubt; \
         else see `RESIDUE_UNCERTAIN`.",
        "兩岸居民迎來新橋\n湖畔鎮(zhèn)昨天為(wèi)新橋舉行通車(chē)儀式。鎮(zhèn)里說,這個(gè)項(xiàng)目為(wèi)企業發展?fàn)I造環境。\n\
         這個(gè)項(xiàng)目歷時(shí)兩年,通車(chē)后居民過河只用一刻鐘。鎮(zhèn)上還將(jiāng)修一所學(xué)校。\n",
    ),
    repair(
        "MOJIBAKE",
        "Lines that an earlier converter read in the wrong charset, turned back where no byte is lost.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n婀栫晹闀囩殑鏂版ˉ宸茬粡閫氳溅\n",
    ),
    repair(
        "HTML_ENTITY",
        "Character references that were left in a text, or encoded twice.",
        "青石镇新桥通车\n镇长说，&ldquo;修桥用了两年&rdquo;，投资&nbsp;3&amp;nbsp;亿元。\n",
    ),
    Example {
        code: "HTML_TAG",
        kind: Kind::Repair,
        meaning: "Tags in a plain text that has them as a habit. Tags of blocks and `<br>` end a line.",
        document: Document {
            text: Content::Text(
                "青石镇新桥通车\n<p>镇里昨天为新桥举行通车仪式。</p><p>修桥用了<strong>两年</strong>。</p>\n",
            ),
            content_type: "text/plain",
            fetch_time: "",
        },
    },
    repair(
        "SPACED_TEXT",
        "Spaces between all characters of a text that is printed so throughout.",
        "湖 畔 镇 修 桥 。\n镇 上 的 居 民 都 来 了 。\n新 桥 连 接 两 岸 。\n修 桥 用 了 两 年 。\n明 年 还 要 修 路 。\n",
    ),
    repair(
        "CONTROL_CHARACTER",
        "Control characters and code points that are no characters.",
        "青石镇新桥通车\n镇里昨天为新桥\u{8}举行通车仪式。\n",
    ),
    repair(
        "BIDI_CONTROL",
        "Characters that change the direction of writing.",
        "青石镇新桥通车\n镇里昨天为新桥\u{202e}举行通车仪式。\n",
    ),
    repair(
        "BYTE_ORDER_MARK",
        "A byte-order mark within the text.",
        "青石镇新桥通车\n\u{feff}镇里昨天为新桥举行通车仪式。\n",
    ),
    repair(
        "SOFT_HYPHEN",
        "Places where a word may be parted.",
        "A bridge opens\nThe new bridge con\u{ad}nects both banks.\n",
    ),
    repair(
        "ZERO_WIDTH_CHARACTER",
        "Characters without width, except where they join emoji or the letters of a script.",
        "青石镇新桥通车\n镇里昨天为新桥\u{200b}举行通车仪式。\n",
    ),
    repair(
        "NFC",
        "Letters and their marks that were written apart, and characters that Unicode has twice.",
        "A bridge opens\nThe cafe\u{301} on the new bridge opened today.\n",
    ),
    removal(
        "SHARE_LABEL",
        "Labels of share buttons.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n微信 微博 QQ空间\n",
    ),
    removal(
        "NAVIGATION",
        "Menus, breadcrumbs, buttons, counts of readers, links to the next page.",
        "首页 > 新闻 > 社会\n青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n返回顶部\n",
    ),
    removal(
        "COPYRIGHT",
        "Notices of rights, licences and disclaimers.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\nCopyright © 2021 青石网\n",
    ),
    removal(
        "CONTACT",
        "How to reach the paper, and which of its applications to install. A mailbox behind the last sentence goes alone.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n新闻热线：0000-12345678\n",
    ),
    removal(
        "CONSENT_NOTICE",
        "Notices on cookies and privacy.",
        "青石鎮新橋通車\n本網站使用相關技術,同時尊重使用者隱私,點這裡瞭解隱私聲明\n鎮裡昨天為新橋舉行通車儀式，居民都來了。\n",
    ),
    removal(
        "SITE_NAME",
        "The name of the site above the headline.",
        "青石新闻网江岸正文\n青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "DECORATION",
        "Lines of signs and numbers.",
        "青石镇新桥通车\n|\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "RELATED_ARTICLES",
        "Other stories below the text, with their heading.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n相关新闻\n图书馆新馆开放\n渡口冬季停航\n",
    ),
    removal(
        "REPEATED_HEADLINE",
        "The headline once more.",
        "青石镇新桥通车\n青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "REPEATED_TEXT",
        "The second print of a text that the page prints twice to its end.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，两岸的居民都来了，孩子们在桥上放了风筝，老人们在桥头喝了茶。\n修桥用了两年。\n\
         青石镇新桥通车\n镇里昨天为新桥举行通车仪式，两岸的居民都来了，孩子们在桥上放了风筝，老人们在桥头喝了茶。\n修桥用了两年。\n",
    ),
    removal(
        "ORIGINAL_TITLE",
        "The title that the story had elsewhere.",
        "青石镇新桥通车\n原标题：新桥来了\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "HEADLINE_LABEL",
        "A label before the headline, or what says which line of the headline block it is.",
        "即时：青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "CAPTION",
        "Captions of pictures at the edges of the text.",
        "青石镇新桥通车\n（资料图片）\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "BYLINE",
        "Who published the story, when, and who wrote it: read into fields, and then removed.",
        "青石镇新桥通车\n2021-09-01 08:15 来源：青石晚报 记者 林远舟\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "EDITOR",
        "Who edited the story.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n责任编辑：何秋白\n",
    ),
    removal(
        "END_MARK",
        "Marks of the end, and where a paper goes on.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式。\n居民都来了，孩子们在桥上放了风筝。（完）\n",
    ),
    removal(
        "CRAWL_BANNER",
        "A line that a crawler wrote, with the day of the crawl.",
        "date 2025-08-23 青石\n青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "SECTION",
        "The column in which the story stands.",
        "青石镇新桥通车\n【社会追踪】\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "TABLE_ROW",
        "Rows of figures above the text.",
        "１青石渡运１２．４２\n市场交投活跃\n青石社青石1月2日电 市场今天收盘。\n",
    ),
    removal(
        "DATELINE_PUNCTUATION",
        "What stands between the dateline and the text.",
        "青石镇新桥通车\n本报讯，镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    removal(
        "OUTSIDE_CONTENT",
        "What a reader of an HTML page sees outside of its article.",
        "<html><head><title>青石镇新桥通车</title></head><body><div class=nav><a href=/>首页</a></div>\n<h1>青石镇新桥通车</h1>\n\
         <div class=content><p>镇里昨天为新桥举行通车仪式，两岸的居民都来了，孩子们在桥上放了风筝。</p>\n\
         <p>修桥用了两年，从前过河要绕行一个小时，现在只用一刻钟。</p></div></body></html>\n",
    ),
    warning("HEADLINE_MISSING", "No line is the headline.", "镇里昨天为新桥举行通车仪式，居民都来了。修桥用了两年。\n"),
    Example {
        code: "CHARSET_MISDECLARED",
        kind: Kind::Warning,
        meaning: "The bytes are in another charset than the document declares, and were read in theirs.",
        document: Document {
            text: Content::Text("青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n"),
            content_type: "text/plain; charset=gbk",
            fetch_time: "",
        },
    },
    Example {
        code: "UNDECODABLE_BYTES",
        kind: Kind::Warning,
        meaning: "Bytes that are no characters in the charset; each sequence became U+FFFD.",
        document: Document {
            text: Content::BrokenAfter("青石镇新桥通车\n镇里昨天为新桥", 0xFF, "举行通车仪式，居民都来了。\n"),
            content_type: "text/plain; charset=utf-8",
            fetch_time: "",
        },
    },
    warning(
        "RESIDUE_UNCERTAIN",
        "Damage by inserted pinyin that cannot be undone for certain. It stays as it is, or a `?` stays for a character.",
        "兩岸居民迎來新橋\n湖畔鎮(zhèn)昨天為(wèi)新橋舉行通車(chē)儀式。鎮(zhèn)里說,這個(gè)項(xiàng)目下?lián)?.18億元。\n\
         這個(gè)項(xiàng)目歷時(shí)兩年,通車(chē)后居民過河只用一刻鐘。鎮(zhèn)上還將(jiāng)修一所學(xué)校。\n",
    ),
    warning(
        "MOJIBAKE_UNCERTAIN",
        "Lines that were read in a wrong charset before and have lost bytes. They stay.",
        "青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\nþÏÕòµÄ¾ÓÃñ×òÌìÎªÐÂÐÞµÄÊ¯Ç¾ÙÐÐÁËÍ¨³µÒÇÊ½\n",
    ),
    warning(
        "PUBLISH_YEAR_UNKNOWN",
        "The dateline prints a day without its year, and neither the page nor a fetch time tells it.",
        "青石镇新桥通车\n青石社青石9月1日电 镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    Example {
        code: "PUBLISH_TIME_AFTER_FETCH",
        kind: Kind::Warning,
        meaning: "A time more than a day after the page was fetched, which is not believed.",
        document: Document {
            text: Content::Text(
                "青石镇新桥通车\n2031-09-01 08:15 来源：青石晚报\n镇里昨天为新桥举行通车仪式，居民都来了。\n",
            ),
            content_type: "",
            fetch_time: "2021-09-10T00:00:00Z",
        },
    },
    warning(
        "DATELINE_DAY_IMPOSSIBLE",
        "The dateline prints a day that no calendar has.",
        "青石镇新桥通车\n青石社青石2月30日电 镇里昨天为新桥举行通车仪式，居民都来了。\n",
    ),
    limit(
        "PAGE_TRUNCATED",
        "The text of the page is longer than is read.",
        ("青石镇新桥通车\n", "镇里昨天为新桥举行通车仪式，居民都来了。", 32_000, "\n"),
    ),
    limit(
        "BODY_TRUNCATED",
        "The body is longer than is stored.",
        ("青石镇新桥通车\n", "镇里昨天为新桥举行通车仪式，居民都来了。", 20_000, "\n"),
    ),
    limit(
        "FIELD_TRUNCATED",
        "A headline, a name or a list is longer than is stored.",
        (
            "<html><meta property='og:title' content='",
            "青石镇新桥通车",
            400,
            "'><p>镇里昨天为新桥举行通车仪式，居民都来了。</html>",
        ),
    ),
    limit(
        "REMOVED_LINES_TRUNCATED",
        "More lines were removed than the report has room for.",
        ("青石镇新桥通车\n镇里昨天为新桥举行通车仪式，居民都来了。\n", "微信\n", 50_000, ""),
    ),
    limit(
        "HTML_TRUNCATED",
        "The HTML is longer than is read.",
        (
            "<html><p>青石镇新桥通车</p><p>镇里昨天为新桥举行通车仪式。</p><script>",
            "//////////////////////////",
            165_000,
            "</script></html>",
        ),
    ),
    limit(
        "HTML_TOO_DEEP",
        "Elements nested deeper than is read.",
        ("<html><p>青石镇新桥通车</p>", "<div>", 1000, "<p>镇里昨天为新桥举行通车仪式，居民都来了。</html>"),
    ),
    limit(
        "HTML_TOO_MANY_ATTRIBUTES",
        "An element, or the page, with more attributes than are read.",
        ("<html><p>青石镇新桥通车</p><p", " a#=1", 1000, ">镇里昨天为新桥举行通车仪式，居民都来了。</html>"),
    ),
    limit(
        "HTML_TOO_LARGE",
        "More tags or signs of markup than are read.",
        ("<html><p>青石镇新桥通车</p><p>镇里昨天为新桥举行通车仪式，居民都来了。</p>", "&amp;", 210_000, "</html>"),
    ),
];
