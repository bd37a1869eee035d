//! Words that tell the lines of a headline block apart, and the first line of a text.

/// What a line ends in that can't stand alone: verbs whose object is the next line.
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

/// Words that end like an open line and stand alone.
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

/// What papers mark the lines of a block with.
pub(crate) const MARKS: &[&str] = &["引题", "眉题", "肩题", "主题", "正题", "副题", "副标题"];

/// Those of the marks that a kicker has.
pub(crate) const KICKER_MARKS: &[&str] = &["引题", "眉题", "肩题"];

/// Verbs before which an open end is a noun: 达到要求.
pub(crate) const BEFORE_NOUNS: &[&str] = &["达到", "符合", "满足", "适应", "按照", "落实", "根据", "提出新的", "充满"];

/// Open ends that are nouns behind such a verb.
pub(crate) const NOUNS: &[&str] = &["要求", "希望"];

/// What the names of news in brief end in.
pub(crate) const ROUNDUPS: &[&str] = &["快讯", "简讯", "短讯", "简报", "要闻", "速览", "集锦"];

/// What a line begins with that announces the text.
pub(crate) const ANNOUNCES: &[&str] = &["以下是", "以下为", "全文如下"];

/// What the first line of a speech begins with.
pub(crate) const GREETS: &[&str] = &["各位", "尊敬的", "同志们", "女士们", "先生们"];
