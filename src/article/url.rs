//! The address of a page, as given and normalised.

use url::Url;

/// The longest address that is accepted, in bytes: what browsers and proxies carry.
const MAX_URL_BYTES: usize = 8192;

/// Query parameters that say how a reader came to a page and not which page it is. From the lists of parameters that
/// Google Analytics, Google Ads, Meta, Microsoft Advertising, Mailchimp, WeChat and Baidu document for their links.
const TRACKING_PARAMETERS: &[&str] = &[
    "_ga",
    "_gl",
    "bd_vid",
    "dclid",
    "fbclid",
    "from_wecom",
    "gbraid",
    "gclid",
    "gclsrc",
    "igshid",
    "isappinstalled",
    "mc_cid",
    "mc_eid",
    "msclkid",
    "nsukey",
    "scene",
    "share_token",
    "spm",
    "twclid",
    "wbraid",
    "yclid",
];

/// Every parameter of Google Analytics' campaigns begins so.
const TRACKING_PREFIX: &str = "utm_";

/// An absolute http or https address that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageUrl {
    given: String,
    canonical: String,
}

/// Text that is no address of a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BadUrl {
    #[error("must have at most {MAX_URL_BYTES} bytes")]
    TooLong,
    #[error("must be an absolute URL: {0}")]
    Malformed(String),
    #[error("must begin with http:// or https://")]
    Scheme,
}

impl PageUrl {
    /// Checks an address and derives its canonical form.
    pub fn parse(given: &str) -> Result<Self, BadUrl> {
        if given.len() > MAX_URL_BYTES {
            return Err(BadUrl::TooLong);
        }
        // The parser lowers the host's case, encodes it (IDNA) and drops a default port.
        let mut url = Url::parse(given).map_err(|error| BadUrl::Malformed(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BadUrl::Scheme);
        }
        url.set_fragment(None);
        drop_tracking_parameters(&mut url);
        Ok(Self { given: given.to_owned(), canonical: url.into() })
    }

    /// The address as the caller gave it.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// The address without fragment, tracking parameters and default port, its host in lower case.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

/// Works on the query's own text, so that the parameters that stay are not encoded anew.
fn drop_tracking_parameters(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let key = pair.split('=').next().unwrap_or(pair).to_ascii_lowercase();
            !pair.is_empty() && !key.starts_with(TRACKING_PREFIX) && !TRACKING_PARAMETERS.contains(&key.as_str())
        })
        .collect();
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(&kept));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_form() {
        let check = |given: &str, canonical: &str| {
            let url = PageUrl::parse(given).expect(given);
            assert_eq!(url.canonical(), canonical);
            assert_eq!(url.as_str(), given);
        };
        check("HTTP://News.Example.CN:80/a/B?id=2#top", "http://news.example.cn/a/B?id=2");
        check("https://news.example:443", "https://news.example/");
        check("https://news.example/a?utm_source=x&id=%E5%8C%BA&SPM=1&b", "https://news.example/a?id=%E5%8C%BA&b");
        check("https://news.example/a?gclid=1", "https://news.example/a");
        check("https://新闻.example/", "https://xn--efvy88h.example/");
    }

    #[test]
    fn refuses_what_is_no_page() {
        assert_eq!(PageUrl::parse("ftp://news.example/"), Err(BadUrl::Scheme));
        assert!(matches!(PageUrl::parse("/a"), Err(BadUrl::Malformed(_))));
        assert_eq!(PageUrl::parse(&format!("http://a/{}", "b".repeat(9000))), Err(BadUrl::TooLong));
    }
}
