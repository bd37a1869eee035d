//! The reasons of errors, as docs/errors.md lists them.

/// Defines the enum and both directions of its names in one list.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a call failed: the `reason` of its ErrorInfo. The meaning of a reason never changes, so programs branch on it and
        /// not on the message.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $variant,)*
            /// A reason of a later server, or, empty, an error that is not the service's: the connection was lost, or a proxy
            /// answered.
            Other(String),
        }

        impl Reason {
            /// The name on the wire, such as `ETAG_MISMATCH`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl From<&str> for Reason {
            fn from(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Other(name.to_owned()),
                }
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];
    };
}

reasons! {
    /// The field is required.
    FieldRequired = "FIELD_REQUIRED",
    /// The value has the wrong format.
    FieldMalformed = "FIELD_MALFORMED",
    /// The value is too long or too large, or there are too many values.
    FieldTooLarge = "FIELD_TOO_LARGE",
    /// The number or time is out of range.
    FieldOutOfRange = "FIELD_OUT_OF_RANGE",
    /// The enum has no such value, or a value must be chosen.
    UnknownEnumValue = "UNKNOWN_ENUM_VALUE",
    /// The mask names a field that an article does not have.
    UnknownField = "UNKNOWN_FIELD",
    /// The mask names a field that only the server sets.
    FieldOutputOnly = "FIELD_OUTPUT_ONLY",
    /// The `request_id` was used for a different request within the last 24 hours.
    RequestIdReused = "REQUEST_ID_REUSED",
    /// The page token was not issued by this service, or for other arguments.
    PageTokenInvalid = "PAGE_TOKEN_INVALID",
    /// The resume token was not issued by this service, or for other arguments.
    ResumeTokenInvalid = "RESUME_TOKEN_INVALID",
    /// The filter does not parse; the violation has the position of the error.
    FilterInvalid = "FILTER_INVALID",
    /// Another argument is invalid.
    InvalidArgument = "INVALID_ARGUMENT",
    /// The header `grpc-timeout` does not parse.
    TimeoutMalformed = "TIMEOUT_MALFORMED",
    /// No article has this name.
    ArticleNotFound = "ARTICLE_NOT_FOUND",
    /// An article already has this name.
    ArticleExists = "ARTICLE_EXISTS",
    /// The article was created without a document and cannot be reparsed.
    NoRawDocument = "NO_RAW_DOCUMENT",
    /// The article has changed since its etag was read.
    EtagMismatch = "ETAG_MISMATCH",
    /// Concurrent writes changed the article on every attempt.
    ArticleContended = "ARTICLE_CONTENDED",
    /// The requested articles are too large for one response; see [`Details::BatchTooLarge`](crate::Details::BatchTooLarge).
    BatchTooLarge = "BATCH_TOO_LARGE",
    /// The deletions since the resume token are no longer known: list again.
    ResumeTokenExpired = "RESUME_TOKEN_EXPIRED",
    /// The call has no credentials.
    CredentialsMissing = "CREDENTIALS_MISSING",
    /// The header `authorization` does not have the form `Bearer TOKEN`.
    CredentialsMalformed = "CREDENTIALS_MALFORMED",
    /// The server does not know the token.
    TokenUnknown = "TOKEN_UNKNOWN",
    /// The stream was open when its token or certificate lost its role.
    CredentialsRevoked = "CREDENTIALS_REVOKED",
    /// The caller's role is not enough; see [`Details::RoleRequired`](crate::Details::RoleRequired).
    RoleRequired = "ROLE_REQUIRED",
    /// The method is open to no role.
    MethodForbidden = "METHOD_FORBIDDEN",
    /// Too many calls or streams, or too many bytes of requests or unread responses.
    ServerOverloaded = "SERVER_OVERLOADED",
    /// The write queue is full.
    StoreOverloaded = "STORE_OVERLOADED",
    /// The disk is full; reads still work.
    StoreFull = "STORE_FULL",
    /// The request has more bytes than the server reads.
    RequestTooLarge = "REQUEST_TOO_LARGE",
    /// The response would have more bytes than the server sends.
    ResponseTooLarge = "RESPONSE_TOO_LARGE",
    /// The request has too much metadata.
    HeadersTooLarge = "HEADERS_TOO_LARGE",
    /// The deadline passed.
    DeadlineExceeded = "DEADLINE_EXCEEDED",
    /// The client left a response unread for too long.
    StreamStalled = "STREAM_STALLED",
    /// The client sent nothing on an import for too long.
    ImportIdle = "IMPORT_IDLE",
    /// The server is shutting down.
    ServerStopping = "SERVER_STOPPING",
    /// The store cannot be reached.
    StoreUnavailable = "STORE_UNAVAILABLE",
    /// The server was started with `--read-only`.
    StoreReadOnly = "STORE_READ_ONLY",
    /// The stored data is damaged.
    StoreDamaged = "STORE_DAMAGED",
    /// The server has no such method.
    MethodUnknown = "METHOD_UNKNOWN",
    /// The health service does not know this service name.
    ServiceUnknown = "SERVICE_UNKNOWN",
    /// The request is compressed with something other than gzip or zstd.
    CompressionUnsupported = "COMPRESSION_UNSUPPORTED",
    /// The method cannot be called in JSON. gRPC does not answer this.
    MethodNotInJson = "METHOD_NOT_IN_JSON",
    /// The request is not the JSON of the method's request type. gRPC does not answer this.
    JsonMalformed = "JSON_MALFORMED",
    /// The bytes are not an encoded message of the method's request type.
    RequestUndecodable = "REQUEST_UNDECODABLE",
    /// The client ended the request before it was complete.
    RequestBrokenOff = "REQUEST_BROKEN_OFF",
    /// A defect of the server; its log has the cause, with the request id.
    Internal = "INTERNAL",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn has_every_documented_reason_and_no_other() {
        let page = include_str!("../../docs/errors.md");
        let first_cells = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let documented: BTreeSet<&str> = first_cells.map(|(name, _)| name).collect();
        assert_eq!(NAMES.iter().copied().collect::<BTreeSet<_>>(), documented);
        for &name in NAMES {
            assert!(!matches!(Reason::from(name), Reason::Other(_)), "{name}");
            assert_eq!(Reason::from(name).as_str(), name);
        }
        assert_eq!(Reason::from("MADE_LATER").as_str(), "MADE_LATER");
    }
}
