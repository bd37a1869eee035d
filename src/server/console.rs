//! The console: a page for people on the HTTP listener, which calls the service by gRPC-Web.
//!
//! Its files are in `console/`, as they are served: written by hand, without a build step. They have no data, so they need no
//! role; the calls do.

/// A file of the console.
pub(crate) struct Asset {
    pub content_type: &'static str,
    pub body: &'static str,
}

/// Everything comes from this listener, and no text becomes code: a stored article can neither run a script nor load an image.
/// No other page may frame the console.
pub(crate) const HEADERS: &str = "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; \
                                  connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                                  frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'\r\n\
                                  x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n\
                                  cross-origin-opener-policy: same-origin\r\ncache-control: no-cache\r\n";

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The file at a path.
pub(crate) fn asset(path: &[u8]) -> Option<Asset> {
    let (content_type, body) = match path {
        b"/console" | b"/console/" => ("text/html; charset=utf-8", include_str!("console/index.html")),
        b"/console/style.css" => ("text/css; charset=utf-8", include_str!("console/style.css")),
        b"/console/app.js" => (JAVASCRIPT, include_str!("console/app.js")),
        b"/console/proto.js" => (JAVASCRIPT, include_str!("console/proto.js")),
        b"/console/words.js" => (JAVASCRIPT, include_str!("console/words.js")),
        _ => return None,
    };
    Some(Asset { content_type, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A console that is quick to load on any line, and not worth a build step.
    const MAX_BYTES: usize = 300 << 10;

    #[test]
    fn is_small_and_refers_to_nothing_else() {
        let mut bytes = 0;
        for path in ["/console", "/console/style.css", "/console/app.js", "/console/proto.js", "/console/words.js"] {
            let Asset { body, .. } = asset(path.as_bytes()).expect(path);
            bytes += body.len();
            // A namespace or a link would be the first step to another host.
            assert!(!body.contains("http://") && !body.contains("https://"), "{path}");
            for unsafe_use in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style="] {
                assert!(!body.contains(unsafe_use), "{path}: {unsafe_use}");
            }
        }
        assert!(bytes < MAX_BYTES, "{bytes}");
        assert!(asset(b"/console/../Cargo.toml").is_none());
    }
}
