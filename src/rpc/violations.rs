//! Field violations of a request, collected so that one error reports all of them.

/// The reason of a violation. Clients may branch on it, so a reason never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViolationReason {
    /// The field is required and not set.
    Required,
    /// The value has the wrong format.
    Malformed,
    /// The value is too long or too large, or there are too many values.
    TooLarge,
    /// The number or time is out of range.
    OutOfRange,
    /// The enum has no such value, or a value must be chosen.
    UnknownValue,
    /// The mask names a field that an article does not have.
    UnknownField,
    /// The mask names a field that only the server sets.
    OutputOnly,
    /// The request id was used for a different request.
    RequestIdReused,
    /// The page token was not issued by this server, or for other arguments.
    BadPageToken,
    /// The resume token was not issued by this server, or for other arguments.
    BadResumeToken,
    /// The metadata filter does not parse.
    BadFilter,
}

impl ViolationReason {
    /// The reason on the wire, in UPPER_SNAKE_CASE.
    pub fn as_str(self) -> &'static str {
        match self {
            ViolationReason::Required => "FIELD_REQUIRED",
            ViolationReason::Malformed => "FIELD_MALFORMED",
            ViolationReason::TooLarge => "FIELD_TOO_LARGE",
            ViolationReason::OutOfRange => "FIELD_OUT_OF_RANGE",
            ViolationReason::UnknownValue => "UNKNOWN_ENUM_VALUE",
            ViolationReason::UnknownField => "UNKNOWN_FIELD",
            ViolationReason::OutputOnly => "FIELD_OUTPUT_ONLY",
            ViolationReason::RequestIdReused => "REQUEST_ID_REUSED",
            ViolationReason::BadPageToken => "PAGE_TOKEN_INVALID",
            ViolationReason::BadResumeToken => "RESUME_TOKEN_INVALID",
            ViolationReason::BadFilter => "FILTER_INVALID",
        }
    }
}

/// One violation of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field in the request, such as `keywords.all[1]`.
    pub field: String,
    pub reason: ViolationReason,
    /// The message for people. It continues a sentence that starts with the field's path.
    pub description: String,
}

/// The violations found so far, in the order of the request's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub fn add(&mut self, field: impl Into<String>, reason: ViolationReason, description: impl Into<String>) {
        self.0.push(Violation { field: field.into(), reason, description: description.into() });
    }

    /// Keeps the violations for whose field path the predicate holds.
    pub(crate) fn retain_fields(&mut self, predicate: impl Fn(&str) -> bool) {
        self.0.retain(|violation| predicate(&violation.field));
    }

    /// Fails if there is a violation.
    pub(crate) fn refuse(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Returns the checked value if there is no violation. A check that returns `None` must have added one.
    pub(crate) fn require<T>(self, checked: Option<T>) -> Result<T, Self> {
        match checked {
            Some(checked) if self.0.is_empty() => Ok(checked),
            _ => Err(self),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

/// A single violation.
pub(crate) fn bad_field(
    field: impl Into<String>,
    reason: ViolationReason,
    description: impl Into<String>,
) -> Violations {
    let mut violations = Violations::default();
    violations.add(field, reason, description);
    violations
}
