//! Words about how characters are read.

/// Words of those who explain how something is read. On a page without a plain habit they speak against residue.
pub(crate) const TEACHING: &[&str] =
    &["读音", "拼音", "读作", "念作", "音同", "多音", "注音", "发音", "生字", "应读", "字典", "词典"];
