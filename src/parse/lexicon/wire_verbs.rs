//! The verbs of datelines: 电, 讯 and similar words.

/// Dateline verbs, longer ones first.
pub(crate) const VERBS: &[&str] = &[
    "综合外电报道",
    "综合外电报导",
    "综合外电",
    "综合消息",
    "综合报道",
    "综合报导",
    "综合讯",
    "综合电",
    "专题报道",
    "特约专电",
    "特稿",
    "专电",
    "特电",
    "专讯",
    "快讯",
    "急电",
    "电讯",
    "电",
    "讯",
    "消息",
    "信息",
    "报道",
    "报导",
];

/// Suffixes of a bracketed dateline with a reporter.
pub(crate) const BRACKETED_REPORTS: &[&str] = &[
    "综合报道",
    "综合报导",
    "综合外电报道",
    "综合外电报导",
    "专题报道",
    "专题报导",
    "报道",
    "报导",
    "摄影报道",
    "专访",
    "特稿",
    "电",
];

/// Suffixes of a bracketed dateline with a place and without an outlet.
pub(crate) const PLACE_WIRES: &[&str] = &["综合讯", "综合电", "专讯", "专电", "讯", "电"];

/// Suffixes of a bracketed dateline with an outlet.
pub(crate) const OUTLET_WIRES: &[&str] = &[
    "专讯",
    "特讯",
    "讯",
    "综合外电报道",
    "综合外电报导",
    "综合报道",
    "综合报导",
    "外电报道",
    "外电报导",
    "报道",
    "报导",
    "消息",
];

/// Verbs that attribute a sentence to a source.
pub(crate) const REPORTS: &[&str] = &["报道", "报导"];

/// Verbs that count even if the words before them were cut off.
pub(crate) const CUT_OFF: &[&str] = &["讯", "电", "消息"];

/// Verbs after 据 at the start of a sentence that names its source.
pub(crate) const SOURCES: &[&str] = &["消息", "信息", "报道", "报导"];

/// Verbs after an outlet at the start of a text that credits it.
pub(crate) const CREDITS: &[&str] = &["消息", "报道", "报导"];

/// Verbs after an unlisted outlet, without a day.
pub(crate) const UNDATED: &[&str] = &["快讯", "专讯", "讯", "消息", "报道", "报导"];

/// Kinds of wire, including the verb.
pub(crate) const KINDS: &[&str] = &["英文电", "体育电", "财经电", "图片电"];

/// Verbs after a kind of wire: 体育专电.
pub(crate) const SPECIAL: &[&str] = &["专电", "特稿"];

/// The two plain verbs.
pub(crate) const PLAIN: &[&str] = &["讯", "电"];

/// Words after the second name of an outlet: 经济日报-中国经济网记者.
pub(crate) const AFTER_SECOND_OUTLET: &[&str] = &["记者", "报道", "报导", "讯", "消息"];

/// Words between a place and 报道.
pub(crate) const BEFORE_REPORT: &[&str] = &["综合", "摄影"];

/// Words after names that continue a caption or a byline rather than start a story.
pub(crate) const NON_STORY_STARTS: &[&str] = &["摄", "文", "图", "编辑", "/", "|"];

/// Words that end the names of a byline: 记者张三发自上海.
pub(crate) const AFTER_PEOPLE: &[&str] = &["发自", "报道", "报导", "整理", "综合报道"];

/// Verbs that form a bracketed dateline alone: 【特讯】.
pub(crate) const WITHOUT_OUTLET: &[&str] = &["专讯", "特讯"];
