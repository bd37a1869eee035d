//! Which form of long texts an engine stores.

/// How an engine stores long texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextForm {
    /// What FULL adds in the contract's encoding, and the folded texts.
    Plain,
    /// Both as one `PackedText`. Raw documents are stored in the word code, too, where that makes them short.
    Packed,
}
