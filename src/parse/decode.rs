//! From bytes to text.

use crate::article::ParseReport;

pub enum Format {
    Text,
    Html,
}

pub struct Decoded {
    pub text: String,
    pub format: Format,
}

pub fn decode(content: &[u8], content_type: &str, _report: &mut ParseReport) -> Decoded {
    let format = if content_type.contains("html") { Format::Html } else { Format::Text };
    Decoded { text: String::from_utf8_lossy(content).into_owned(), format }
}
