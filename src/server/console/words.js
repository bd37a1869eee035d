// The console's words, in two languages.

const WORDS = {
  en: {
    search: "Search", parse: "Try the parser", live: "Live", server: "Server", language: "中文", theme: "Dark or light",
    words: "Words, all of which must occur (/)", find: "Find", newest: "Newest articles", found: "{n} found", foundMany: "more than {n} found",
    none: "Nothing was found.", more: "More", back: "Back", original: "Document as fetched", lines: "What became of each line",
    repairs: "Repairs", warnings: "Warnings", noOriginal: "The article was stored without a document.",
    paste: "Paste the HTML or the text of a page", url: "Its address (optional)", run: "Parse; nothing is stored",
    waiting: "Waiting for changes …", again: "The connection was lost; trying again …", changed: "changed", deleted: "deleted",
    token: "Token", tokenNeeded: "This server asks for a token.", use: "Use", version: "Versions", health: "State", statistics: "Statistics", untitled: "(no headline)",
    infoSource: "Source", authors: "Authors", editors: "Editors", section: "Section", publishTime: "Published", dateline: "Dateline",
    keywords: "Keywords", citedWorks: "Works cited", languageCode: "Language", address: "Address", fetchTime: "Fetched",
    charCount: "Characters", duplicateOf: "Duplicate of", labels: "Labels", revision: "Revision", name: "Name", kicker: "Kicker",
    subheadlines: "Subheadlines",
  },
  zh: {
    search: "搜索", parse: "试用解析器", live: "实时", server: "服务器", language: "English", theme: "深色或浅色",
    words: "关键词，须全部出现（/）", find: "查找", newest: "最新文章", found: "找到 {n} 篇", foundMany: "找到 {n} 篇以上",
    none: "没有找到。", more: "更多", back: "返回", original: "原始文档", lines: "逐行解析结果", repairs: "修复", warnings: "警告",
    noOriginal: "存入时没有原始文档。", paste: "粘贴网页的 HTML 或正文", url: "网址（可不填）", run: "解析（不保存）",
    waiting: "等待更新……", again: "连接中断，正在重试……", changed: "更新", deleted: "删除", token: "令牌", tokenNeeded: "此服务器需要令牌。",
    use: "使用", version: "版本", health: "状态", statistics: "统计", untitled: "（无标题）", infoSource: "来源", authors: "作者", editors: "编辑",
    section: "栏目", publishTime: "发布时间", dateline: "电头", keywords: "关键词", citedWorks: "引用作品", languageCode: "语言",
    address: "网址", fetchTime: "抓取时间", charCount: "字数", duplicateOf: "重复于", labels: "标签", revision: "版次", name: "名称",
    kicker: "引题", subheadlines: "副题",
  },
};

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export function word(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function currentLanguage() {
  return language;
}

export function switchLanguage() {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
}
