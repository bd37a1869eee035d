//! Where each field of an article comes from.

/// Fields that the parser sets, each with where it looks, the most trusted first, and an example of what is printed and what
/// the field has then.
pub(crate) const FIELDS: &[(&str, &str, &str, &str)] = &[
    (
        "headline",
        "the printed heading that a title of the metadata has; the metadata's title without section and site; the first line of the headline block",
        "`青石镇新桥通车_社会频道_青石网`",
        "`青石镇新桥通车`",
    ),
    (
        "kicker",
        "the line above the headline that cannot stand alone: it ends in a colon or in a verb such as 强调, or is marked 引题",
        "`镇长在调研时强调`, then `把新桥修好`",
        "`镇长在调研时强调`",
    ),
    ("subheadlines", "the other lines of the headline block", "`两岸居民不再绕行`", "the line"),
    (
        "dateline",
        "the opening of the first paragraph, or of one of the next three below captions and prompts; `text` as printed, `agency`, `location`, `date`",
        "`青石社青石镇9月1日电（记者 林远舟）新桥…`",
        "`青石社`, `青石镇`, 1 September",
    ),
    (
        "authors",
        "metadata; the dateline's reporters; bylines above and below the text: reporters first, then contributors and photographers",
        "`本报记者 林远舟 何秋白`",
        "`林远舟`, `何秋白`",
    ),
    ("editors", "metadata; lines that name them", "`责任编辑：何秋白`", "`何秋白`"),
    (
        "info_source",
        "a label above the text; the name beside the date; metadata; an element marked as the source; labels below the text. A page that names only itself gives way to the outlet that the text credits",
        "`来源：青石晚报`",
        "`青石晚报`",
    ),
    (
        "section",
        "metadata; the breadcrumb; a bracketed column tag below the headline",
        "`首页 > 新闻 > 社会`",
        "`社会`",
    ),
    ("body", "the paragraphs of the content, without headline block, bylines and dateline, one a line", "", ""),
    (
        "keywords",
        "the page's own; else the ten words that tell this text best",
        "`<meta name=keywords content=\"新桥,青石镇\">`",
        "`新桥`, `青石镇`",
    ),
    ("cited_works", "titles in 《》 in the body, once each", "`《桥梁管理办法》`", "`桥梁管理办法`"),
    ("language_code", "the text's script and language", "`青石鎮新橋通車`", "`zh-Hant`"),
    (
        "publish_time",
        "metadata; what the page prints near the headline; the date in the address; a time in an element marked as time; the dateline",
        "`2021-09-01 08:15`",
        "2021-09-01T00:15:00Z",
    ),
    (
        "publish_time_precision",
        "what was printed of it: `YEAR`, `MONTH`, `DAY`, `HOUR`, `MINUTE` or `SECOND`",
        "`2021-09-01 08:15`",
        "`MINUTE`",
    ),
    (
        "publish_time_basis",
        "where it was found: `CALLER`, `METADATA`, `PAGE_TEXT`, `URL` or `DATELINE`",
        "`<meta name=publishdate content=2021-09-01>`",
        "`METADATA`",
    ),
    ("char_count", "the characters of the body", "", ""),
    ("parse_report", "the codes below, with counts, lines and messages", "", ""),
];

/// Fields that the caller or the store sets.
pub(crate) const NOT_PARSED: &[&str] = &[
    "name",
    "url",
    "canonical_url",
    "fetch_time",
    "create_time",
    "update_time",
    "etag",
    "revision",
    "effective_time",
    "duplicate_of",
    "labels",
    "raw",
];
