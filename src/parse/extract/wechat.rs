//! Publish time and account of WeChat public account articles. Other pages have them in their metadata; WeChat has them
//! in a script, and prints the time only after that script has run.

use crate::article::PublishTime;

use super::time_formats;

/// All such pages load resources from this host.
const SITE: &str = "mp.weixin.qq.com";

pub(super) struct WeChat {
    pub publish_time: Option<PublishTime>,
    pub account: String,
}

/// Empty for other pages.
pub(super) fn wechat(html: &str) -> WeChat {
    let of = |name| if html.contains(SITE) { variable(html, name) } else { None };
    WeChat {
        publish_time: of("ct").and_then(time_formats::publish_time),
        account: of("nickname").unwrap_or_default().to_owned(),
    }
}

/// The string that a script assigns to a variable: `var ct = "1581517074";`.
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
    fn time_and_account_from_the_script() {
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
