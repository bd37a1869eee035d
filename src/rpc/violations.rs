//! What is wrong with the fields of a request, collected, so that a caller learns all of it at once.

/// What kind of fault a field has. A client may branch on it, so a name never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The field must be set, and is not.
    Required,
    /// The value is not of the form that it must have.
    Malformed,
    /// The value is too long, too large, or there are too many.
    TooLarge,
    /// The number or time is outside its range.
    OutOfRange,
    /// The enum has no such value, or the caller must choose one.
    UnknownValue,
    /// The mask names what is not a field of an article.
    UnknownField,
    /// The mask names what only the server sets.
    OutputOnly,
    /// The id came before, with another request.
    RequestIdReused,
    /// The token is not one that the server gave, or not for these arguments.
    BadPageToken,
    /// The same of the token that a watch begins with.
    BadResumeToken,
    /// The text of a filter cannot be read.
    BadFilter,
}

impl Fault {
    /// The word on the wire.
    pub fn reason(self) -> &'static str {
        match self {
            Fault::Required => "FIELD_REQUIRED",
            Fault::Malformed => "FIELD_MALFORMED",
            Fault::TooLarge => "FIELD_TOO_LARGE",
            Fault::OutOfRange => "FIELD_OUT_OF_RANGE",
            Fault::UnknownValue => "UNKNOWN_ENUM_VALUE",
            Fault::UnknownField => "UNKNOWN_FIELD",
            Fault::OutputOnly => "FIELD_OUTPUT_ONLY",
            Fault::RequestIdReused => "REQUEST_ID_REUSED",
            Fault::BadPageToken => "PAGE_TOKEN_INVALID",
            Fault::BadResumeToken => "RESUME_TOKEN_INVALID",
            Fault::BadFilter => "FILTER_INVALID",
        }
    }
}

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field in the request, such as `keywords.all[1]`.
    pub field: String,
    pub fault: Fault,
    /// For people; continues a sentence that begins with the field's path.
    pub description: String,
}

/// The faults found so far, in the order of the request's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub fn add(&mut self, field: impl Into<String>, fault: Fault, description: impl Into<String>) {
        self.0.push(Violation { field: field.into(), fault, description: description.into() });
    }

    /// Keeps the faults of the fields that count, by their paths.
    pub(crate) fn retain_fields(&mut self, counts: impl Fn(&str) -> bool) {
        self.0.retain(|violation| counts(&violation.field));
    }

    /// Refuses the request if anything is wrong with it.
    pub(crate) fn refuse(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// What was checked, if nothing is wrong with the request. A check that has nothing to give has found a fault.
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

/// A request with one fault.
pub(crate) fn bad_field(field: impl Into<String>, fault: Fault, description: impl Into<String>) -> Violations {
    let mut violations = Violations::default();
    violations.add(field, fault, description);
    violations
}
