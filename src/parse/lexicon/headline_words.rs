//! Words that classify the lines of a headline block and the first line of the text.

/// Suffixes of a line that cannot stand alone: verbs with their object on the next line.
pub(crate) const OPEN_ENDS: &[&str] = &[
    "强调",
    "指出",
    "要求",
    "提出",
    "表示",
    "显示",
    "表明",
    "认为",
    "透露",
    "嘱托",
    "勉励",
    "寄语",
    "号召",
    "希望",
    "时说",
    "时称",
    "时指",
    "会上说",
    "宣布",
    "披露",
    "时",
    "之际",
    "讲话时",
    "介绍说",
    "时表示",
    "坦言",
    "警告",
    "呼吁说",
    "如是说",
    "证实说",
    "获悉",
];

/// Words with one of these suffixes that do stand alone.
pub(crate) const CLOSED_ENDS: &[&str] = &[
    "小时",
    "及时",
    "同时",
    "准时",
    "限时",
    "平时",
    "战时",
    "临时",
    "实时",
    "计时",
    "按时",
    "历时",
    "学时",
    "工时",
    "不时",
    "暂时",
    "当时",
    "即时",
    "时时",
    "守时",
    "定时",
    "年时",
    "几时",
    "何时",
    "符合要求",
    "新要求",
    "新希望",
];

/// Labels that newspapers print before the lines of a headline block.
pub(crate) const LINE_LABELS: &[&str] = &["引题", "眉题", "肩题", "主题", "正题", "副题", "副标题"];

/// The labels of a kicker.
pub(crate) const KICKER_LABELS: &[&str] = &["引题", "眉题", "肩题"];

/// Verbs that make a following open end a noun: 达到要求.
pub(crate) const VERBS_BEFORE_NOUN: &[&str] =
    &["达到", "符合", "满足", "适应", "按照", "落实", "根据", "提出新的", "充满"];

/// Open ends that are nouns after such a verb.
pub(crate) const OPEN_END_NOUNS: &[&str] = &["要求", "希望"];

/// Suffixes of the names of news roundups.
pub(crate) const ROUNDUPS: &[&str] = &["快讯", "简讯", "短讯", "简报", "要闻", "速览", "集锦"];

/// Prefixes of a line that announces the text.
pub(crate) const ANNOUNCEMENTS: &[&str] = &["以下是", "以下为", "全文如下"];

/// Prefixes of the first line of a speech.
pub(crate) const GREETINGS: &[&str] = &["各位", "尊敬的", "同志们", "女士们", "先生们"];
