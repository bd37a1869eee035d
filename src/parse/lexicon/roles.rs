//! Role words of the people who made a story, and the words that occur in place of a name.

/// A person's role. The `authors` of the API contract are all roles except editors; the parser keeps the exact role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Reporter,
    /// 通讯员, 实习生, 作者, 特约撰稿人: anyone not called 记者.
    Contributor,
    Editor,
    /// 摄影, 图: the photographer.
    Photographer,
}

impl Role {
    /// The role in English, for people who read what the parser decided.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Contributor => "contributor",
            Self::Editor => "editor",
            Self::Photographer => "photographer",
        }
    }
}

/// Role words, longer ones first.
pub(crate) const ROLES: &[(&str, Role)] = &[
    ("实习记者", Role::Reporter),
    ("见习记者", Role::Reporter),
    ("特约记者", Role::Reporter),
    ("摄影记者", Role::Reporter),
    ("特派记者", Role::Reporter),
    ("首席记者", Role::Reporter),
    ("全媒体记者", Role::Reporter),
    ("特派员", Role::Reporter),
    ("特约报道员", Role::Reporter),
    ("特约报导员", Role::Reporter),
    ("报道员", Role::Reporter),
    ("记者", Role::Reporter),
    ("特约通讯员", Role::Contributor),
    ("职工通讯员", Role::Contributor),
    ("通讯员", Role::Contributor),
    ("通联员", Role::Contributor),
    ("实习生", Role::Contributor),
    ("见习生", Role::Contributor),
    ("特约撰稿人", Role::Contributor),
    ("特约撰稿", Role::Contributor),
    ("撰稿人", Role::Contributor),
    ("撰稿", Role::Contributor),
    ("作者", Role::Contributor),
    ("编译", Role::Contributor),
    ("特约评论员", Role::Contributor),
    ("评论员", Role::Contributor),
    ("译者", Role::Contributor),
    ("责任编辑", Role::Editor),
    ("视频编辑", Role::Editor),
    ("文字编辑", Role::Editor),
    ("值班编辑", Role::Editor),
    ("本文编辑", Role::Editor),
    ("本期编辑", Role::Editor),
    ("图片编辑", Role::Editor),
    ("选稿", Role::Editor),
    ("编辑人", Role::Editor),
    ("编辑", Role::Editor),
    ("责编", Role::Editor),
    ("主编", Role::Editor),
    ("编审", Role::Editor),
    ("编务", Role::Editor),
    ("审核", Role::Editor),
    ("审校", Role::Editor),
    ("校对", Role::Editor),
    ("二审", Role::Editor),
    ("三审", Role::Editor),
    ("终审", Role::Editor),
    ("一审", Role::Editor),
    ("监制", Role::Editor),
    ("摄影报道", Role::Photographer),
    ("摄影", Role::Photographer),
    ("摄像", Role::Photographer),
];

/// Suffixes that turn a role word into another word: 记者调查 is a column, 记者会 an event, 编辑部 a place.
pub(crate) const NON_ROLE_SUFFIXES: &[&str] = &[
    "调查",
    "观察",
    "手记",
    "札记",
    "连线",
    "目击",
    "视点",
    "述评",
    "走基层",
    "专访",
    "会",
    "节",
    "站",
    "证",
    "部",
    "室",
    "问",
    "协会",
    "团",
];

/// Employers and kinds of reporters, printed before or after the role.
pub(crate) const AFFILIATIONS: &[&str] = &[
    "本报",
    "本台",
    "本刊",
    "本网",
    "首席",
    "见习",
    "实习",
    "特约",
    "特派",
    "特派员",
    "摄影",
    "文",
    "图",
    "文图",
    "图文",
    "文并图",
    "综合",
    "驻京",
    "每经",
    "总台央视",
    "央视",
    "新华",
    "中新",
    "全媒体",
    "融媒体",
    "高级",
    "资深",
    "编译",
    "报道",
    "摄",
    "新媒体",
    "“新华视点”",
    "据",
    "专题",
];

/// Words that occur in the position of a name but are not names.
pub(crate) const NON_NAMES: &[&str] = &[
    "网络",
    "互联网",
    "整合",
    "综合",
    "编译",
    "佚名",
    "匿名",
    "未知",
    "无",
    "原创",
    "转载",
    "本站",
    "本网",
    "本报",
    "网友",
    "管理员",
    "系统管理员",
    "编辑",
    "小编",
    "责编",
    "记者",
    "作者",
    "来源",
    "正文",
    "分享",
    "分享到",
    "责任",
    "打印",
    "收藏",
    "字号",
];

/// Words after a reporter's name in a sentence.
pub(crate) const AFTER_NAMES: &[&str] = &[
    "今天", "今日", "昨天", "昨日", "前天", "日前", "近日", "最近", "从", "在", "获悉", "报道", "了解", "采访", "上午",
    "下午", "刚刚", "目前", "独家", "综合", "来自", "发自",
];

/// Continuations of a sentence that has the reporter as its subject.
pub(crate) const AFTER_SUBJECT: &[&str] = &[
    "从",
    "在",
    "向",
    "就",
    "获悉",
    "了解",
    "采访",
    "发现",
    "看到",
    "注意到",
    "来到",
    "走进",
    "报道",
    "报导",
    "摄",
    "文",
    "图",
    "认为",
    "表示",
    "说",
    "称",
    "走访",
    "调查",
    "梳理",
    "跟随",
    "前往",
    "通过",
];

/// Words after 记者 that begin with the character of a surname.
pub(crate) const NON_NAMES_AFTER_ROLE: &[&str] = &[
    "来到", "查询", "查阅", "查看", "查证", "向", "于", "强调", "经", "全程", "单独", "从", "今", "昨", "日前", "近日",
    "连续", "连日", "时", "在", "当",
];

/// Kinds of stories, printed in brackets where a pen name may stand.
pub(crate) const STORY_KINDS: &[&str] = &[
    "组图", "多图", "附图", "附表", "图文", "图集", "高清", "视频", "现场", "实录", "全文", "摘要", "综合", "更新",
    "快讯", "独家", "原创", "评论", "特写", "特稿", "述评", "综述", "专访", "上", "中", "下", "完", "图", "续",
];

/// Kinds of reporters, printed between outlet and role.
pub(crate) const REPORTER_KINDS: &[&str] = &["全媒体", "融媒体"];

/// Korean words for a reporter, after the name.
pub(crate) const KOREAN_ROLES: &[&str] = &["기자", "특파원", "인턴기자", "선임기자", "수습기자", "객원기자"];

/// The first word of a two-word role: `인턴 기자`.
pub(crate) const KOREAN_TRAINEE: &str = "인턴";
