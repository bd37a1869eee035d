//! Phrases inside lines of page chrome: Simplified, lower case, without white space.

/// A line that contains one of these is about rights, licences or the site's operator.
pub(crate) const COPYRIGHT: &[&str] = &[
    "copyright",
    "©",
    "版权所有",
    "allrightsreserved",
    "ⓒ",
    "무단전재",
    "저작권자",
    "无断転载",
    "无断复制",
    "icp备",
    "icp证",
    "公网安备",
    "网安备",
    "许可证编号",
    "经营许可证",
    "视听节目许可证",
    "新闻信息服务许可",
    "不得转载",
    "严禁转载",
    "谢绝转载",
    "禁止转载",
    "转载请注明",
    "授权转载)",
    "转载须",
    "如需转载",
    "请勿转载",
    "版权说明",
    "本网站所刊",
    "本网所有",
    "凡本网注明",
    "凡注明",
    "凡本报",
    "不代表本网",
    "不代表本站",
    "不代表本平台",
    "仅代表作者",
    "作者个人观点",
    "仅提供信息存储",
    "providesinformationstorage",
    "如有侵权",
    "侵权必究",
    "如涉及版权",
    "若有侵权",
    "联系删除",
];

/// The same, but only in lines that are not sentences: news stories contain these phrases too.
pub(crate) const LICENCE: &[&str] = &[
    "未经授权",
    "未经许可",
    "未经书面",
    "(c)20",
    "版权归",
    "著作权",
    "许可证号",
    "违法和不良信息举报",
    "不良信息举报",
    "免责声明:",
    "版权声明:",
    "特别声明:",
    "声明:",
    "主办单位:",
    "主管单位:",
    "承办单位:",
    "技术支持:",
    "备案号",
    "法律顾问",
];

/// Phrases in the messages of page tools and comment forms.
pub(crate) const TOOL_HINTS: &[&str] = &[
    "我的收藏",
    "网友评论仅供",
    "文明上网理性发言",
    "请先登录",
    "请稍候",
    "长时间无响应",
    "上方蓝字",
    "官方账号",
    "官方帐号",
    "请继续往下阅读",
    "articlecontinuesbelow",
    "storycontinuesbelow",
    "contentisreservedforsubscribers",
    "已订阅的阅读权限",
    "点我下载app",
    "按图了解",
];

/// What a site counts: reads, comments, followers.
pub(crate) const COUNTER_WORDS: &[&str] = &[
    "查看全部",
    "相关评论",
    "热门评论",
    "次阅读",
    "阅读数",
    "阅读量",
    "阅读",
    "浏览次数",
    "浏览量",
    "浏览",
    "点击量",
    "点击",
    "评论",
    "点赞",
    "获赞",
    "粉丝",
    "收藏",
    "转发",
    "分享",
    "人气",
    "跟贴",
    "跟帖",
    "回复",
    "条",
    "次",
];

/// Labels above an English story that name no one.
pub(crate) const ENGLISH_NOTES: &[&str] = &[
    "authorofthearticle",
    "authorsofthearticle",
    "jointheconversation",
    "watchnow",
    "openthisphotoingallery",
    "thisisabreakingstory",
    "listentothisarticle",
    "sharethisstory",
    "saveforlater",
    "moreabout",
];

/// Prefixes of a line below an English story that names those who helped.
pub(crate) const ENGLISH_HELP: &[&str] = &[
    "additionalreporting",
    "withadditionalreporting",
    "withreportsfrom",
    "withreportingby",
    "withfilesfrom",
    "reportingby",
];

/// Words of a pager.
pub(crate) const PAGER: &[&str] =
    &["上一页", "下一页", "上页", "下页", "第一页", "首页", "末页", "尾页", "最后一页", "第", "共", "页"];

/// Labels before the title of the previous or next story.
pub(crate) const PREVIOUS_NEXT_LABELS: &[&str] =
    &["上一篇", "下一篇", "上一条", "下一条", "上一则", "下一则", "上一页", "下一页", "上篇", "下篇"];

/// Prefixes of a disclaimer. The line must also contain a word of [`DISCLAIMER_WORDS`]: news stories print 声明 of others too.
pub(crate) const DISCLAIMER_PREFIXES: &[&str] = &["免责声明:", "特别声明:", "版权声明:", "风险提示:", "声明:"];
pub(crate) const DISCLAIMER_WORDS: &[&str] =
    &["不代表", "不构成", "仅供参考", "风险自担", "后果自负", "版权", "转载", "自媒体", "不承担", "仅为传播"];

/// Prefixes of a promotion for the site's other services. The line must also contain a word of [`PROMOTION_WORDS`].
pub(crate) const PROMOTION_PREFIXES: &[&str] = &[
    "本文来自",
    "更多原创",
    "更多资讯",
    "更多精彩",
    "更多内容",
    "更多新闻",
    "欢迎关注",
    "欢迎下载",
    "扫描下方",
    "扫描二维码",
    "扫码",
    "长按",
    "请下载",
    "点击下载",
    "还想看",
    "想看更多",
    "加入",
    "追踪",
    "按赞",
    "订阅",
    "立即下载",
    "立即订阅",
    "立即加入",
    "关注",
    "点我加入",
    "点我订阅",
    "点击加入",
];
pub(crate) const PROMOTION_WORDS: &[&str] = &[
    "app",
    "客户端",
    "公众号",
    "官方微信",
    "视频号",
    "粉丝团",
    "粉丝专页",
    "粉丝页",
    "line@",
    "telegram",
    "youtube",
    "facebook",
    "instagram",
    "官方帐号",
    "电子报",
];

/// Phrases of the contact details in a site's footer.
pub(crate) const CONTACT: &[&str] = &[
    "电子邮箱:",
    "电子邮件:",
    "邮箱:",
    "e-mail:",
    "email:",
    "邮编:",
    "传真:",
    "电话:",
    "热线:",
    "新闻热线",
    "爆料热线",
    "读者热线",
    "投稿邮箱",
    "联系电话",
    "联系地址",
    "地址:",
    "网址:",
    "qq群",
    "广告部",
    "编辑部:",
    "客服电话",
    "服务热线",
    "公众号:",
    "微信号:",
    "扫描二维码",
    "长按二维码",
    "关注公众号",
    "逢周六休假",
    "下载客户端",
    "客户端下载",
    "欢迎关注",
    "新闻app",
    "新闻客户端下载",
    "数码配套",
];

/// Phrases of consent, privacy and browser notices above the page.
pub(crate) const CONSENT: &[&str] = &[
    "cookie",
    "隐私权",
    "隐私声明",
    "隐私规范",
    "个人资料保护",
    "doesnotappeartosupport",
    "enablejavascript",
    "javascriptisdisabled",
    "请启用javascript",
    "浏览器版本过低",
    "您的浏览器",
    "请升级浏览器",
    "不支持html5",
    "このページ",
    "こちらのページ",
    "您需要安装flash",
    "flashplayer",
    "请开启javascript",
    "yourbrowser",
    "acceptall",
    "隐私权规范",
];

/// Prefixes of a line that tells on which page of the paper the story continues.
pub(crate) const CONTINUED: &[&str] = &["(下转", "(紧接", "下转第"];

/// Breadcrumb prefixes.
pub(crate) const BREADCRUMB: &[&str] = &["首页", "当前位置", "您的位置", "您现在的位置", "home"];

/// Breadcrumb labels; with one of these a breadcrumb of one level counts too.
pub(crate) const BREADCRUMB_LABELS: &[&str] = &["当前位置", "您的位置", "您所在的位置", "你的位置", "当前所在"];

/// Last entries of a breadcrumb that are not a section.
pub(crate) const BREADCRUMB_ENDS: &[&str] = &["正文", "内容", "详情", "全文"];

/// Words that a crawler writes before the day on which it fetched the page.
pub(crate) const CRAWL_DAY: &[&str] =
    &["date", "crawled", "fetched", "crawltime", "timestamp", "抓取时间", "采集时间", "爬取时间"];

/// Prefixes of a line that contains only the page's address.
pub(crate) const CRAWL_ADDRESS: &[&str] =
    &["url:", "url=", "sourceurl:", "warc-", "链接:http", "网址:http", "http://", "https://"];

/// Further suffixes of a heading above other stories.
pub(crate) const RELATED_SUFFIXES: &[&str] = &["请见", "请看"];

/// Phrases from a site's self-description, which stands in an element of its own.
pub(crate) const SITE_DESCRIPTION: &[&str] = &[
    "版权所有",
    "免责声明",
    "copyright",
    "©",
    "不得转载",
    "icp备",
    "icp证",
    "概不负责",
    "投资建议",
    "投资意见",
    "违法和不良信息",
    "举报电话",
    "许可证",
];

/// Words in the headings above lists of links.
pub(crate) const LIST_HEADINGS: &[&str] =
    &["相关", "延伸", "推荐", "阅读", "热门", "您可能", "猜你", "更多", "排行", "最新"];
