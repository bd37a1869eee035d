//! Words about the pronunciation of characters.

/// Words of texts that explain pronunciation. Without a clear pattern of pinyin residue on the page they are evidence
/// against residue.
pub(crate) const EXPLANATIONS: &[&str] =
    &["读音", "拼音", "读作", "念作", "音同", "多音", "注音", "发音", "生字", "应读", "字典", "词典"];
