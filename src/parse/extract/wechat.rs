//! What articles of WeChat's public accounts say in a script and other pages in their metadata: when they were published,
//! and by which account. The page prints the time only once its script has run.

use crate::article::PublishTime;

use super::published;

/// Every such page loads its parts from there.
const SITE: &str = "mp.weixin.qq.com";

pub(super) struct WeChat {
    pub publish_time: Option<PublishTime>,
    pub account: String,
}

/// Nothing for other pages.
pub(super) fn wechat(html: &str) -> WeChat {
    let of = |name| if html.contains(SITE) { variable(html, name) } else { None };
    WeChat {
        publish_time: of("ct").and_then(published::publish_time),
        account: of("nickname").unwrap_or_default().to_owned(),
    }
}

/// The text that a script gives a variable: `var ct = "1581517074";`.
fn variable<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    /// In bytes.
    const MAX_VALUE: usize = 120;
    let after = html.split_once(&format!("var {name} = "))?.1;
    // `var nickname = htmlDecode("…");`.
    let after = after.strip_prefix("htmlDecode(").unwrap_or(after);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = after.get(1..)?.split_once(quote)?.0;
    (!value.is_empty() && value.len() <= MAX_VALUE && !value.contains(['<', '\\', '\n'])).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_script_says() {
        let check = |html: &str, time: Option<&str>, account: &str| {
            let found = wechat(html);
            assert_eq!(found.publish_time.map(|time| time.time.to_string()).as_deref(), time, "{html}");
            assert_eq!(found.account, account, "{html}");
        };
        let page =
            r#"<a href="//mp.weixin.qq.com"></a><script>var nickname = "青石读书会"; var ct = "1630454400";</script>"#;
        check(page, Some("2021-09-01T00:00:00Z"), "青石读书会");
        let decoded = page.replace("\"青石读书会\"", "htmlDecode(\"青石读书会\")");
        check(&decoded, Some("2021-09-01T00:00:00Z"), "青石读书会");
        check(r#"<script>var nickname = "青石"; var ct = "1630454400";</script>"#, None, "");
        check(r#"mp.weixin.qq.com var ct = "; var nickname = 1"#, None, "");
    }
}
