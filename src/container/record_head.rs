//! What the head of a record says, in WARC and in ARC.

pub(crate) struct RecordHead {
    /// The record type in lower case; of an ARC `response`, or the scheme of a URL that is not HTTP.
    pub kind: String,
    /// The length of the block after the head, in bytes.
    pub length: u64,
    pub url: String,
    /// RFC 3339, if it is valid.
    pub time: String,
    pub content_type: String,
    /// A later segment of a segmented record.
    pub is_continuation: bool,
}
