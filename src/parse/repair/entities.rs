//! Resolves character references left in text: `&nbsp;`, `&#8220;`, and doubly encoded ones such as `&amp;quot;`.
//!
//! Owns the references that occur in scraped news. Does not resolve names without a semicolon: `R&D` and `?a=1&copy=2` are
//! text.

/// Named references that news pages use, with their replacement. From HTML's table of named character references.
const NAMES: [(&str, &str); 38] = [
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("quot", "\""),
    ("apos", "'"),
    ("lt", "<"),
    ("gt", ">"),
    ("amp", "&"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("hellip", "…"),
    ("middot", "·"),
    ("bull", "•"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("times", "×"),
    ("divide", "÷"),
    ("deg", "°"),
    ("plusmn", "±"),
    ("permil", "‰"),
    ("yen", "¥"),
    ("euro", "€"),
    ("pound", "£"),
    ("cent", "¢"),
    ("sect", "§"),
    ("para", "¶"),
    ("frac12", "½"),
    ("shy", ""),
    ("zwnj", ""),
    ("zwj", ""),
];

/// The longest reference without its ampersand: `#x10FFFF;`.
const LONGEST_BYTES: usize = 9;

/// Limit on nested encodings. Text that is encoded more often was constructed to be so.
const MOST_LAYERS: usize = 8;

/// The text with its references resolved, and their number.
pub(super) fn resolve(text: &str) -> (String, u32) {
    let mut resolved = text.to_owned();
    let mut count = 0;
    for _ in 0..MOST_LAYERS {
        let (next, found) = layer(&resolved);
        resolved = next;
        count += found;
        if found == 0 {
            break;
        }
    }
    (resolved, count)
}

fn layer(text: &str) -> (String, u32) {
    let (mut kept, mut rest, mut count) = (String::with_capacity(text.len()), text, 0);
    while let Some(at) = rest.find('&') {
        kept.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match reference(rest) {
            Some((character, length)) => {
                kept.push_str(&character);
                rest = &rest[length..];
                count += 1;
            }
            None => kept.push('&'),
        }
    }
    kept.push_str(rest);
    (kept, count)
}

/// The replacement for the reference after an ampersand, and the reference's length with the semicolon.
fn reference(text: &str) -> Option<(String, usize)> {
    let length = text.bytes().take(LONGEST_BYTES).position(|byte| byte == b';')?;
    let name = &text[..length];
    let character = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        match char::from_u32(code)? {
            '\u{A0}' | '\u{3000}' => " ".to_owned(),
            '\t' | '\n' | '\r' => "\n".to_owned(),
            // The decoder removes invisible characters from pages, so references to them are removed too.
            '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => {
                String::new()
            }
            c if c.is_control() => String::new(),
            c => c.to_string(),
        }
    } else {
        NAMES.iter().find(|(known, _)| *known == name)?.1.to_owned()
    };
    Some((character, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters() {
        for (text, expected, count) in [
            ("湖畔镇&nbsp;修桥", "湖畔镇 修桥", 1),
            ("&ldquo;桥&rdquo;通了", "“桥”通了", 2),
            ("&amp;quot;桥&amp;amp;quot;", "\"桥\"", 5),
            ("&#8220;桥&#x201D;", "“桥”", 2),
            ("R&D 与 A&B；&unknown; &#xD800; &", "R&D 与 A&B；&unknown; &#xD800; &", 0),
            ("?a=1&copy=2", "?a=1&copy=2", 0),
            ("桥&#27;&#7;通&#xAD;了&zwnj;", "桥通了", 4),
        ] {
            assert_eq!(resolve(text), (expected.to_owned(), count), "{text}");
        }
    }
}
