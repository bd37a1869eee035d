//! Pages that are made to cost a parser much: one of each class that is known to hurt, of any size.
//!
//! Used by the example that measures them and by the parser's tests. Refuses to judge what comes out.

/// A class of pages, and how one of about so many bytes is made.
type Class = (&'static str, fn(usize) -> Vec<u8>);

pub(super) const CLASSES: &[Class] = &[
    ("<", |bytes| repeated("<", bytes)),
    ("</", |bytes| repeated("</", bytes)),
    ("<!", |bytes| repeated("<!", bytes)),
    ("<?", |bytes| repeated("<?", bytes)),
    ("<a", |bytes| repeated("<a", bytes)),
    ("< p", |bytes| repeated("< p", bytes)),
    ("&", |bytes| repeated("&", bytes)),
    ("&amp;", |bytes| repeated("&amp;", bytes)),
    ("&amp;amp;…", |bytes| repeated_after("&", "amp;", bytes)),
    ("&lt;p&gt;", |bytes| repeated("&lt;p&gt;", bytes)),
    ("&#…", |bytes| repeated("&#", bytes)),
    ("&#1…", |bytes| repeated_after("&#", "1", bytes)),
    ("<p>", |bytes| repeated("<p>", bytes)),
    ("<p>甲", |bytes| repeated("<p>甲", bytes)),
    ("</p>", |bytes| repeated("</p>", bytes)),
    ("<br>", |bytes| repeated("<br>", bytes)),
    ("甲<br>", |bytes| repeated("甲<br>", bytes)),
    ("<div>", |bytes| repeated("<div>", bytes)),
    ("<div>甲", |bytes| repeated("<div>甲", bytes)),
    ("</div>", |bytes| repeated("</div>", bytes)),
    ("<div></div>", |bytes| repeated("<div></div>", bytes)),
    ("<b>", |bytes| repeated("<b>", bytes)),
    ("<b id>…<p>", |bytes| after(&numbered("<b id=", ">", 3000), "<p>甲", bytes)),
    ("<a><b></a>", |bytes| repeated("<a><b></a>甲", bytes)),
    ("<p><b>", |bytes| repeated("<p><b>甲", bytes)),
    ("<table>", |bytes| repeated("<table>", bytes)),
    ("<table><tr><td>", |bytes| repeated("<table><tr><td>", bytes)),
    ("<table>甲", |bytes| repeated("<table>甲", bytes)),
    ("<table><tr>甲…", |bytes| repeated_after("<table><tr>", "甲<b>", bytes)),
    ("<select><option>", |bytes| repeated("<select><option>", bytes)),
    ("<svg><desc>", |bytes| repeated("<svg><desc>", bytes)),
    ("<math><mi>", |bytes| repeated("<math><mi>", bytes)),
    ("<ruby><rt>", |bytes| repeated("<ruby>區<rt>qū", bytes)),
    ("<frameset>", |bytes| repeated("<frameset>", bytes)),
    ("<template>", |bytes| repeated("<template>", bytes)),
    ("<form><input>", |bytes| repeated("<form><input>", bytes)),
    ("<li>", |bytes| repeated("<ul><li>甲", bytes)),
    ("<span>甲", |bytes| repeated("<span>甲", bytes)),
    ("<h1>", |bytes| repeated("<h1>湖畔镇新桥今天通车</h1>", bytes)),
    ("attributes", |bytes| repeated_after("<p ", "a ", bytes)),
    ("attributes, numbered", |bytes| after("<p ", &numbered("a", "=1 ", 200_000), bytes)),
    ("attributes, one long", |bytes| repeated_after("<p class=\"", "a ", bytes)),
    ("attributes of many", |bytes| repeated(&format!("<p {}>甲", numbered("a", "=1 ", 200)), bytes)),
    ("attributes, & in one", |bytes| repeated_after("<p title=\"", "a=1&", bytes)),
    ("addresses with &", |bytes| repeated("<a href=\"?a=1&b=2&nbsp;\">甲&nbsp;乙</a>", bytes)),
    ("&nbsp;", |bytes| repeated("甲&nbsp;", bytes)),
    ("&nbsp; in <p>", |bytes| repeated("<p>湖畔镇&nbsp;新桥</p>", bytes)),
    ("&nbsp; and stray tags", |bytes| repeated("甲&nbsp;</x>", bytes)),
    ("&lt; in attribute", |bytes| repeated_after("<p title=\"", "&lt;&quot;", bytes)),
    ("quote without end", |bytes| repeated_after("<p a=\"", "甲<b>", bytes)),
    ("quotes without end", |bytes| repeated("<p a=\"甲", bytes)),
    ("style attributes", |bytes| repeated("<p style=\"display: none; color: red\">甲</p>", bytes)),
    ("hrefs", |bytes| repeated("<a href=\"https://news.example/a\">湖畔镇新桥今天通车</a>\n", bytes)),
    ("hrefs in lines", |bytes| repeated("<li><a href=\"/a\">湖畔镇新桥今天通车</a></li>", bytes)),
    ("metas", |bytes| repeated("<meta name=\"author\" content=\"林远舟\">", bytes)),
    ("titles", |bytes| repeated("<title>湖畔镇新桥今天通车</title>", bytes)),
    ("one title", |bytes| repeated_after("<title>", "湖畔镇新桥-", bytes)),
    ("long title, headings", |bytes| {
        let title = format!("<title>{}</title>", "湖畔镇新桥".repeat(bytes / 30));
        after(&title, "<h1>湖畔镇新桥湖畔镇新桥通车</h1>", bytes)
    }),
    ("long description", |bytes| repeated_after("<meta name=description content=\"", "湖畔镇", bytes)),
    ("many keywords", |bytes| repeated_after("<meta name=keywords content=\"", "湖畔,", bytes)),
    ("many authors", |bytes| after("<meta name=author content=\"", &two_letter_names(), bytes)),
    ("json-ld", |bytes| repeated_after("<script type=\"application/ld+json\">", "[", bytes)),
    ("json-ld scripts", |bytes| repeated("<script type=\"application/ld+json\">{\"headline\":1}</script>", bytes)),
    ("<!--", |bytes| repeated("<!--", bytes)),
    ("<!-- without end", |bytes| repeated_after("<!--", "甲-", bytes)),
    ("<!---->", |bytes| repeated("<!---->", bytes)),
    ("<![CDATA[", |bytes| repeated("<![CDATA[", bytes)),
    ("<svg><![CDATA[", |bytes| repeated_after("<svg>", "<![CDATA[甲]]>", bytes)),
    ("<script>", |bytes| repeated("<script>", bytes)),
    ("<script> without end", |bytes| repeated_after("<script>", "甲</", bytes)),
    ("<script></script>", |bytes| repeated("<script></script>", bytes)),
    ("<script><!--", |bytes| repeated_after("<script>", "<!--<script>", bytes)),
    ("<textarea>", |bytes| repeated("<textarea>", bytes)),
    ("<plaintext>", |bytes| repeated_after("<plaintext>", "<b>&", bytes)),
    ("<pre>", |bytes| repeated_after("<pre>", "甲\n", bytes)),
    ("one letter", |bytes| repeated("a", bytes)),
    ("one character", |bytes| repeated("啊", bytes)),
    ("one character, inside", |bytes| repeated_after("<p>", "啊", bytes)),
    ("one rare character", |bytes| repeated("\u{20000}", bytes)),
    ("marks on one letter", |bytes| repeated_after("e", "\u{301}\u{323}", bytes)),
    ("compatibility ideographs", |bytes| repeated("\u{F9DC}", bytes)),
    ("zero-width", |bytes| repeated("\u{200B}", bytes)),
    ("U+FFFD", |bytes| repeated("\u{FFFD}", bytes)),
    ("spaces", |bytes| repeated(" ", bytes)),
    ("wide spaces", |bytes| repeated("\u{3000}", bytes)),
    ("line breaks", |bytes| repeated("\n", bytes)),
    ("NUL", |bytes| repeated("\0", bytes)),
    ("short lines", |bytes| repeated("短\n", bytes)),
    ("digits in lines", |bytes| repeated("1\n", bytes)),
    ("numbered lines", |bytes| numbered("第", "号公告\n", bytes / 16).into_bytes()),
    ("share labels", |bytes| repeated("微信\n", bytes)),
    ("related headings", |bytes| repeated("相关新闻\n", bytes)),
    ("end marks", |bytes| repeated("（完）", bytes)),
    ("editors", |bytes| repeated("（责编：张三、李四）\n", bytes)),
    ("editors, one line", |bytes| repeated("（责编：张三、李四）", bytes)),
    ("editors, all different", |bytes| {
        let names = two_letter_names();
        let lines = names.split(',').map(|name| format!("责编：张{name}\n")).collect::<String>();
        lines.into_bytes().into_iter().cycle().take(bytes).collect()
    }),
    ("bylines", |bytes| repeated("2021-05-14 08:08:05 来源：湖畔网 作者：张三\n", bytes)),
    ("datelines", |bytes| repeated("新华社北京1月2日电（记者 张三、李四）\n", bytes)),
    ("datelines, one line", |bytes| repeated("新华社北京1月2日电（记者 张三、李四）", bytes)),
    ("stories", |bytes| repeated("湖畔镇新桥通车\n新华社北京1月2日电（记者 张三）今年以来，各地认真落实。\n", bytes)),
    ("sentences", |bytes| repeated("今年以来，湖畔镇认真落实。", bytes)),
    ("sentences in lines", |bytes| repeated("今年以来，湖畔镇认真落实。\n", bytes)),
    ("sentences in <p>", |bytes| repeated("<p>今年以来，湖畔镇认真落实。</p>", bytes)),
    ("(", |bytes| repeated("(", bytes)),
    (")", |bytes| repeated(")", bytes)),
    ("《", |bytes| repeated("《", bytes)),
    ("《…》", |bytes| numbered("《", "》", bytes / 14).into_bytes()),
    ("residue", |bytes| repeated("區(qū)", bytes)),
    ("residue in text", |bytes| repeated("新區(qū)召開會議學(xué)習(xí)講話,", bytes)),
    ("residue in lines", |bytes| repeated("新區(qū)召開會議學(xué)習(xí)講話。\n", bytes)),
    ("residue, damaged", |bytes| repeated("天津?yàn)I海新區(qū)發(fā)展?fàn)I造", bytes)),
    ("residue without end", |bytes| repeated("區(qū", bytes)),
    ("spaced text", |bytes| repeated("政 府 新 闻 处 ", bytes)),
    ("mojibake", |bytes| repeated("æ\u{96b0}é\u{97fb} ç\u{9000}", bytes)),
    ("mojibake, GBK", |bytes| repeated("鏂伴椈鑱旀挱", bytes)),
    ("mojibake, Latin-1", |bytes| latin_1("湖畔镇新桥今天通车", bytes)),
    ("UTF-16", |bytes| "湖畔镇".encode_utf16().flat_map(u16::to_le_bytes).cycle().take(bytes).collect()),
    ("GBK", |bytes| [0xBA, 0xFE, 0xC5, 0xCF].into_iter().cycle().take(bytes).collect()),
    ("bytes 0x80", |bytes| vec![0x80; bytes]),
    ("bytes 0xFF", |bytes| vec![0xFF; bytes]),
    ("invalid UTF-8", |bytes| b"\xE6\xB9\x96\xE6\xB9".iter().copied().cycle().take(bytes).collect()),
    ("random bytes", random),
    ("random letters", |bytes| random(bytes).into_iter().map(|byte| b'a' + byte % 26).collect()),
    ("random markup", |bytes| {
        let pieces = random(bytes / 2).into_iter().map(|byte| MARKUP[usize::from(byte) % MARKUP.len()]);
        pieces.collect::<String>().into_bytes().into_iter().take(bytes).collect()
    }),
    ("random characters", |bytes| {
        let codes = random(bytes / 3 * 2);
        let of = |pair: &[u8]| char::from_u32(0x4E00 + u32::from(pair[0]) * 80 + u32::from(pair[1]) % 80);
        codes.chunks_exact(2).filter_map(of).collect::<String>().into_bytes()
    }),
];

const MARKUP: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<table>",
    "<td>",
    "</table>",
    "<div>",
    "</div>",
    "<ul>",
    "<li>",
    "甲",
    "，",
    "。",
    "<i>",
    "<font>",
    "</i>",
    "<br>",
    "&amp;",
    "\n",
    "<form>",
    "<h1>",
    "<span>",
    "</span>",
];

fn repeated(piece: &str, bytes: usize) -> Vec<u8> {
    repeated_after("", piece, bytes)
}

fn repeated_after(front: &str, piece: &str, bytes: usize) -> Vec<u8> {
    after(front, piece, bytes)
}

fn after(front: &str, piece: &str, bytes: usize) -> Vec<u8> {
    let room = bytes.saturating_sub(front.len());
    format!("{front}{}", piece.repeat(room / piece.len().max(1))).into_bytes()
}

fn numbered(before: &str, behind: &str, count: usize) -> String {
    (0..count).map(|number| format!("{before}{number}{behind}")).collect()
}

/// Different names, as many as 400 characters make.
fn two_letter_names() -> String {
    let characters: Vec<char> = ('\u{5000}'..'\u{5190}').collect();
    characters.iter().flat_map(|first| characters.iter().map(move |second| format!("{first}{second},"))).collect()
}

/// UTF-8 that was read as Latin-1 and written again.
fn latin_1(text: &str, bytes: usize) -> Vec<u8> {
    let read: String = text.bytes().map(char::from).collect();
    repeated(&read, bytes)
}

/// Always the same (xorshift; G. Marsaglia, "Xorshift RNGs", 2003).
fn random(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}
