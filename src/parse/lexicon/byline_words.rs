//! Byline labels: author, source, time and the other words that pages print next to them.

/// The field that a label's value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Source,
    /// Like `Source`, for labels that also open titles (媒体：某地仍有人被困): the value must end like an outlet's name.
    OutletName,
    Time,
    Author,
    Editor,
    /// A contributor such as a designer, video editor or narrator. Neither author nor editor.
    OtherContributor,
    Section,
    Keywords,
    Ignored,
}

/// Labels, each with the field of its value. Most need a colon; the stage that reads a label decides.
pub(crate) const FIELDS: &[(&str, Field)] = &[
    ("消息来源", Field::Source),
    ("文章来源", Field::Source),
    ("新闻来源", Field::Source),
    ("信息来源", Field::Source),
    ("稿件来源", Field::Source),
    ("本文来源于", Field::OutletName),
    ("文章来源于", Field::OutletName),
    ("来源于", Field::OutletName),
    ("来自", Field::OutletName),
    ("来源", Field::Source),
    ("稿源", Field::Source),
    ("出处", Field::Source),
    ("媒体", Field::OutletName),
    ("转自", Field::Source),
    ("source", Field::Source),
    ("发布时间", Field::Time),
    ("发布日期", Field::Time),
    ("发表时间", Field::Time),
    ("发表日期", Field::Time),
    ("发文机关", Field::Source),
    ("发布机构", Field::Source),
    ("发文字号", Field::Ignored),
    ("索引号", Field::Ignored),
    ("成文日期", Field::Time),
    ("发文日期", Field::Time),
    ("印发日期", Field::Time),
    ("出版日期", Field::Time),
    ("更新时间", Field::Time),
    ("更新日期", Field::Time),
    ("最后更新", Field::Time),
    ("时间", Field::Time),
    ("日期", Field::Time),
    ("发布于", Field::Time),
    ("发表于", Field::Time),
    ("更新于", Field::Time),
    ("发布", Field::Time),
    ("更新", Field::Time),
    ("发稿时间", Field::Time),
    ("published", Field::Time),
    ("updated", Field::Time),
    ("date", Field::Time),
    ("作者", Field::Author),
    ("记者", Field::Author),
    ("通讯员", Field::Author),
    ("撰文", Field::Author),
    ("撰稿", Field::Author),
    ("供稿", Field::Author),
    ("文/图", Field::Author),
    ("文", Field::Author),
    ("author", Field::Author),
    ("by", Field::Author),
    ("责任编辑", Field::Editor),
    ("值班编辑", Field::Editor),
    ("本文编辑", Field::Editor),
    ("网络编辑", Field::Editor),
    ("视频编辑", Field::Editor),
    ("文字编辑", Field::Editor),
    ("图文编辑", Field::Editor),
    ("编辑", Field::Editor),
    ("责编", Field::Editor),
    ("editor", Field::Editor),
    ("栏目", Field::Section),
    ("专栏", Field::Section),
    ("频道", Field::Section),
    ("分类", Field::Section),
    ("所属栏目", Field::Section),
    ("关键词", Field::Keywords),
    ("关键字", Field::Keywords),
    ("标签", Field::Keywords),
    ("tags", Field::Keywords),
    ("tag", Field::Keywords),
    ("浏览次数", Field::Ignored),
    ("浏览量", Field::Ignored),
    ("浏览", Field::Ignored),
    ("点击次数", Field::Ignored),
    ("点击量", Field::Ignored),
    ("点击数", Field::Ignored),
    ("点击", Field::Ignored),
    ("阅读量", Field::Ignored),
    ("阅读数", Field::Ignored),
    ("阅读", Field::Ignored),
    ("访问量", Field::Ignored),
    ("人气", Field::Ignored),
    ("评论数", Field::Ignored),
    ("评论", Field::Ignored),
    ("字号", Field::Ignored),
    ("字体", Field::Ignored),
    ("字型", Field::Ignored),
    ("热度", Field::Ignored),
    ("校对", Field::Editor),
    ("审核", Field::Editor),
    ("签发", Field::Editor),
    ("监制", Field::Editor),
    ("主编", Field::Editor),
    ("二审", Field::Editor),
    ("三审", Field::Editor),
    ("终审", Field::Editor),
    ("一审", Field::Editor),
    ("初审", Field::Editor),
    ("复审", Field::Editor),
    ("编审", Field::Editor),
    ("选稿", Field::Editor),
    ("网编", Field::Editor),
    ("实习编辑", Field::Editor),
    ("见习编辑", Field::Editor),
    ("新媒体编辑", Field::Editor),
    ("统筹编辑", Field::Editor),
    ("摘编", Field::Editor),
    ("本文来源", Field::Source),
    ("语音", Field::OtherContributor),
    ("播音", Field::OtherContributor),
    ("主播", Field::OtherContributor),
    ("配音", Field::OtherContributor),
    ("剪辑", Field::OtherContributor),
    ("后期", Field::OtherContributor),
    ("排版", Field::OtherContributor),
    ("设计", Field::OtherContributor),
    ("制图", Field::OtherContributor),
    ("制作", Field::OtherContributor),
    ("海报", Field::OtherContributor),
    ("美编", Field::OtherContributor),
    ("视觉", Field::OtherContributor),
    ("策划", Field::OtherContributor),
    ("统筹", Field::OtherContributor),
    ("出品", Field::OtherContributor),
    ("出品人", Field::OtherContributor),
    ("运营", Field::OtherContributor),
];

/// Verbs that a board prints after the time of a post: `本帖由某某于…发表`.
pub(crate) const POSTING_VERBS: &[&str] = &["发表", "发布", "张贴", "发帖"];

/// Words before the place that an account posts from.
pub(crate) const PUBLISHED_FROM: &[&str] = &["发布于", "来自"];

/// Suffixes after the name of an account.
pub(crate) const ACCOUNT_SUFFIXES: &[&str] = &["官方账号", "官方帐号"];

/// Newsroom desks. A desk replaces an outlet's name or follows it: 某报快讯.
pub(crate) const DESKS: &[&str] = &["快讯", "即时新闻", "即时", "综合", "编译", "中心"];

/// Words in a byline that carry no information about the story.
pub(crate) const NOISE: &[&str] = &[
    "我要评论",
    "查看更多",
    "发表评论",
    "打印本页",
    "打印",
    "收藏",
    "分享到",
    "分享",
    "关闭窗口",
    "关闭",
    "字号",
    "字体",
    "繁体",
    "简体",
    "举报",
    "纠错",
    "人参与",
    "条评论",
    "次阅读",
    "阅读",
    "评论",
    "浏览",
    "原标题",
    "第",
    "版",
    "更新",
    "发布",
    "发表",
    "次",
    "大",
    "中",
    "小",
    "am",
    "pm",
    "gmt+8",
    "分",
    "来自",
    "原创",
    "转载",
    "上一页",
    "下一页",
    "报道",
    "报导",
    "地区",
    "微信",
    "微博",
    "查看原图",
    "看图",
    "客户端",
    "北京时间",
];

/// Page tools that end a label's list of names.
pub(crate) const TOOLS: &[&str] = &["分享", "打印", "列印", "收藏", "字号", "字体", "纠错", "举报", "评论", "关闭"];

/// Words before 来源 when it means the source of something other than the page.
pub(crate) const OTHER_SOURCES: &[&str] = &["图片", "资料", "数据", "图", "照片", "视频", "影片", "注明"];

/// Editor labels, grouped by priority: 责任编辑 before 编辑. The first group that occurs on the page wins.
pub(crate) const EDITOR_LABELS: &[&[&str]] = &[&["责任编辑", "责编"], &["网络编辑", "网编", "编辑", "选稿"]];

/// Values after a source label that name no outlet.
pub(crate) const NO_SOURCES: &[&str] = &["转载", "转载文章", "原创", "未知", "其他", "佚名", "不详"];

/// What a number counts next to a byline: `12人参与评论`.
pub(crate) const COUNTS: &[&str] = &[
    "人参与",
    "人参与评论",
    "人评论",
    "人阅读",
    "人浏览",
    "人点赞",
    "条评论",
    "个评论",
    "条留言",
    "则留言",
    "次阅读",
    "次浏览",
    "次点击",
    "次点阅",
    "点阅",
    "评论",
    "阅读",
    "浏览",
    "点击",
    "留言",
    "分享",
    "次",
    "人",
];

/// What the name of an author's employer ends in.
pub(crate) const EMPLOYERS: &[&str] = &[
    "大学",
    "学院",
    "研究院",
    "研究所",
    "研究中心",
    "公司",
    "集团",
    "医院",
    "协会",
    "报社",
    "日报",
    "晚报",
    "电视台",
    "杂志社",
];

/// Buttons that follow an account.
pub(crate) const FOLLOW_BUTTONS: &[&str] = &["关注", "订阅", "追踪", "加关注", "follow"];

/// Buttons next to an outlet's name.
pub(crate) const BUTTONS: &[&str] = &["关注", "订阅", "分享", "举报", "检举", "私信", "打印", "列印", "原创"];

/// A line between headline and content is a byline if it contains one of these words.
pub(crate) const BYLINE_WORDS: &[&str] =
    &["来源", "稿源", "作者", "记者", "编辑", "责编", "选稿", "撰文", "文/", "发布", "发表", "时间", "通讯员"];

/// Labels of the summary above the text.
pub(crate) const SUMMARY: &[&str] = &["摘要", "核心提示", "内容提要", "导读", "导语", "编者按", "提要"];

/// A line that contains one of these names editors.
pub(crate) const EDITOR_WORDS: &[&str] = &["责任编辑", "责编", "编辑", "校对", "审核", "监制", "签发", "终审"];

/// Prefixes of a line that ends the story.
pub(crate) const CLOSING_PREFIXES: &[&str] = &["责任编辑", "责编:", "编辑:", "责任编校"];

/// A bracketed group at the end of the last line names editors if it contains one of these.
pub(crate) const CLOSING_EDITORS: &[&str] = &["责任编辑", "责编", "编辑"];

/// Suffixes of a dateline that is followed by the title.
pub(crate) const TITLE_ANNOUNCEMENTS: &[&str] = &["题:"];

/// Labels without a colon before the outlet next to a date.
pub(crate) const SOURCE_BESIDE_DATE: &[&str] = &["本文来源于", "文章来源于", "来源于"];

/// Words glued to the end of an outlet's name. 发布 is missing because it may be part of the name: 青石发布.
pub(crate) const AFTER_SOURCE: &[&str] = &[
    "参与互动",
    "我有话说",
    "作者",
    "编辑",
    "责编",
    "责任",
    "时间",
    "发布时间",
    "发布日期",
    "发布于",
    "发布:",
    "字号",
    "字体",
    "浏览",
    "点击",
    "访问",
    "阅读:",
    "阅读量",
    "阅读次",
    "打印",
    "列印",
    "分享",
    "收藏",
    "人气",
];

/// Words in a list of editors that are not names and end the list.
pub(crate) const AFTER_EDITORS: &[&str] = &["校对", "审核", "来源"];

/// Kinds of stories, printed behind the author's name and a slash.
pub(crate) const STORY_KINDS: &[&str] = &["特稿", "特写", "专访", "评论", "分析", "专栏"];
