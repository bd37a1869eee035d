//! News outlets: wire agencies, newspapers, portals, sites.

/// Names of agencies and outlets. A longer name stands before its own prefixes.
pub(crate) const NAMES: &[&str] = &[
    "新华每日电讯",
    "新华社",
    "新华网",
    "新华",
    "中国新闻社",
    "中国新闻网",
    "中新社",
    "中新网",
    "中新经纬",
    "中新财经",
    "人民日报海外网",
    "人民日报",
    "人民网",
    "中国网络电视台",
    "中国国际广播电台",
    "中央人民广播电台",
    "中央广播电视总台",
    "中央电视台",
    "总台央视",
    "央视新闻",
    "央视网",
    "央视",
    "央广网",
    "中广网",
    "国际在线",
    "中国台湾网",
    "中国青年网",
    "中国青年报",
    "中国经济网",
    "中国日报网",
    "中国日报",
    "中国新闻",
    "中国网",
    "光明网",
    "光明日报",
    "经济日报",
    "经济参考报",
    "法制日报",
    "法治日报",
    "工人日报",
    "农民日报",
    "科技日报",
    "解放军报",
    "解放日报",
    "文汇报",
    "环球时报",
    "环球网",
    "参考消息网",
    "参考消息",
    "澎湃新闻",
    "界面新闻",
    "财新网",
    "新京报",
    "北京日报",
    "北京青年报",
    "南方日报",
    "南方都市报",
    "南都",
    "羊城晚报",
    "广州日报",
    "东方网",
    "南方网",
    "浙江在线",
    "大众网",
    "四川新闻网",
    "红网时刻新闻",
    "红网时刻",
    "红网",
    "长城网",
    "千龙网",
    "北方网",
    "荆楚网",
    "大河网",
    "汉网",
    "全景网",
    "交汇点",
    "it之家",
    "快科技",
    "直播吧",
    "财联社",
    "证券时报e公司",
    "e公司",
    "每经ai",
    "每经",
    "新黄河",
    "齐鲁壹点",
    "techweb",
    "钛媒体app",
    "钛媒体",
    "中央社",
    "法新社",
    "路透社",
    "路透",
    "美联社",
    "彭博社",
    "彭博",
    "共同社",
    "时事社",
    "韩联社",
    "朝中社",
    "俄新社",
    "塔斯社",
    "俄塔社",
    "国际文传电讯社",
    "德新社",
    "安莎社",
    "埃菲社",
    "合众国际社",
    "中通社",
    "香港中通社",
    "中评社",
    "拉美社",
    "今日俄罗斯",
    "越通社",
    "泰新社",
    "贝尔纳马",
    "联合早报网",
    "联合早报",
    "早报",
    "联合报",
    "自由时报",
    "中国时报",
    "苹果日报",
    "明报",
    "星岛日报",
    "大公报",
    "东方日报",
    "信报",
    "香港电台",
    "大纪元",
    "本报",
    "本台",
    "本刊",
    "本网",
    "本社",
    "本站",
    "快报",
    "晨报",
    "晚报",
];

/// Portals. Their datelines name a channel: 新浪体育讯.
pub(crate) const PORTALS: &[&str] =
    &["新浪", "搜狐", "网易", "腾讯", "凤凰网", "凤凰", "和讯", "乐居", "爱卡", "太平洋"];

/// Suffixes of outlet names, longer ones first.
pub(crate) const ENDINGS: &[&str] = &[
    "新闻网",
    "广播网",
    "通讯社",
    "电视台",
    "广播电台",
    "电台",
    "客户端",
    "日报",
    "晚报",
    "早报",
    "晨报",
    "商报",
    "时报",
    "都市报",
    "在线",
    "卫视",
    "频道",
    "新闻",
    "社",
    "网",
    "报",
    "台网",
];

/// Further suffixes, only valid where the other parts of a dateline show that a name stands here: 视频 alone is a label.
pub(crate) const ENDINGS_IN_DATELINES: &[&str] = &["视频", "财经", "经纬", "之家"];

/// Suffixes of a text that as a whole is an outlet's name, in addition to [`ENDINGS`].
pub(crate) const ENDINGS_OF_WHOLE_NAMES: &[&str] = &[
    "台",
    "局",
    "中心",
    "杂志",
    "周刊",
    "周报",
    "画报",
    "编辑部",
    "视点",
    "评论",
    "财经",
    "体育",
    "站",
    "部",
    "文",
    "团",
    "记者团",
    "快报",
    "导报",
    "通讯",
    "热线",
    "公众号",
    "官网",
    "网站",
    "论坛",
    "微信",
    "微博",
    "传媒",
    "融媒",
];

/// Channels, named after the portal in its datelines: 新浪体育讯.
pub(crate) const CHANNELS: &[&str] = &[
    "体育", "娱乐", "科技", "财经", "家居", "房产", "汽车", "教育", "女性", "游戏", "军事", "新闻", "时尚", "尚品",
    "乐居", "健康", "旅游", "读书", "公益", "国际", "国内", "社会", "股票", "证券", "育儿", "星座", "手机", "数码",
    "文化", "彩票", "法治", "佛学", "收藏", "微博", "美食", "地产", "嘉宾", "亲子", "留学", "考试", "棋牌", "产经",
    "音乐", "影视", "网",
];

/// Television news programmes, printed in brackets after the outlet.
pub(crate) const PROGRAMMES: &[&str] =
    &["新闻联播", "新闻直播间", "朝闻天下", "晚间新闻", "焦点访谈", "新闻30分", "经济半小时", "新闻频道"];

/// Suffixes of a line that is a site's name.
pub(crate) const SITE_ENDINGS: &[&str] = &["网站", "新闻社", "日报社", "客户端", "官网", "门户网", "新闻网", "app"];

/// Suffixes of a site's name that only count in very short lines.
pub(crate) const SHORT_SITE_ENDINGS: &[&str] = &["网", "频道", "在线"];

/// Words that end in 网 but do not name a site.
pub(crate) const NON_SITE_WORDS: &[&str] = &[
    "联网",
    "落网",
    "上网",
    "入网",
    "触网",
    "法网",
    "电网",
    "路网",
    "管网",
    "情网",
    "并网",
    "撒网",
    "天网",
    "组网",
    "漏网",
    "收网",
    "关系网",
];

/// Words with the suffix of a newspaper's name that head a section.
pub(crate) const NON_OUTLET_ENDINGS: &[&str] =
    &["播报", "速报", "快报", "预报", "战报", "通报", "简报", "海报", "汇报"];

/// An `author` in the metadata is an outlet and not a person if it contains one of these.
pub(crate) const AUTHOR_OUTLETS: &[&str] = &[
    "网",
    "报",
    "新闻",
    "电视",
    "频道",
    "社",
    "台",
    "中心",
    "编辑部",
    "客户端",
    "公司",
    "版权",
    "@",
    "http",
    "www",
    "admin",
    "editor",
    "name",
];

/// Suffixes of an outlet's name next to a date, without a label.
pub(crate) const ENDINGS_BESIDE_DATES: &[&str] = &["网", "报", "社", "台", "新闻", "周刊", "杂志", "在线", "中文站"];

/// Words in the site and section names at the end of a `<title>`.
pub(crate) const SITE_WORDS: &[&str] = &[
    "网",
    "新闻",
    "频道",
    "报",
    "电视",
    "在线",
    "首页",
    "中心",
    "资讯",
    "通讯社",
    "客户端",
    "门户",
    "港闻",
    "要闻",
    "即时",
    "财经",
    "娱乐",
    "体育",
    "科技",
    "军事",
    "国际",
    "社会",
    "滚动",
    "评论",
    "专栏",
    "专题",
    ".com",
    ".cn",
    ".hk",
    ".tw",
    ".net",
    "news",
    "daily",
    "times",
    "online",
];

/// Suffixes after the place in the name of a local edition: 中新网北京新闻.
pub(crate) const EDITIONS: &[&str] = &["新闻", "频道", "分社", "分网", "记者站"];

/// Other channels of an outlet, glued to its name.
pub(crate) const CHANNEL_SUFFIXES: &[&str] = &["客户端", "微博", "新媒体"];

/// Suffixes of the names of site operators.
pub(crate) const OPERATOR_ENDINGS: &[&str] =
    &["有限公司", "责任公司", "股份公司", "传媒集团", "报业集团", "编辑部", "出版社"];

/// Entries of [`NAMES`] that are only a prefix of other names and never an outlet alone.
pub(crate) const PREFIX_ONLY_NAMES: &[&str] = &["新华"];

/// The prefix of a magazine's name that begins with another outlet's name, 中国新闻.
pub(crate) const WEEKLY: &str = "中国新闻周";
