//! English words of bylines.

/// Words that say when and where a page was published, for how long it is read, and the labels of its buttons. In such a line they
/// stand beside names and times.
pub(crate) const BYLINE: &[&str] = &[
    "a",
    "about",
    "ago",
    "am",
    "an",
    "and",
    "article",
    "at",
    "author",
    "authors",
    "by",
    "comment",
    "comments",
    "day",
    "days",
    "edited",
    "est",
    "edt",
    "et",
    "first",
    "gmt",
    "bst",
    "pt",
    "utc",
    "hour",
    "hours",
    "hr",
    "hrs",
    "in",
    "last",
    "min",
    "mins",
    "minute",
    "minutes",
    "modified",
    "month",
    "months",
    "no",
    "of",
    "on",
    "pm",
    "posted",
    "print",
    "published",
    "read",
    "reading",
    "share",
    "the",
    "time",
    "today",
    "updated",
    "update",
    "views",
    "week",
    "weeks",
    "written",
    "year",
    "years",
    "yesterday",
];

/// Words that open a line with the author or the time.
pub(crate) const BYLINE_STARTS: &[&str] =
    &["author", "authors", "edited", "last", "posted", "published", "updated", "written"];

/// Units of a time that is counted from now, or that a text takes to read.
pub(crate) const DURATIONS: &[&str] = &[
    "minute", "minutes", "min", "mins", "hour", "hours", "hr", "hrs", "day", "days", "week", "weeks", "month",
    "months", "year", "years",
];

/// Words after such a unit that make it the time of the page.
pub(crate) const AFTER_DURATION: &[&str] = &["ago", "read", "reading"];

/// Job titles at the end of a name: `Ada Lane, News Reporter`. A name of nothing else is none.
pub(crate) const JOBS: &[&str] = &[
    "reporter",
    "reporters",
    "editor",
    "correspondent",
    "writer",
    "contributor",
    "columnist",
    "journalist",
    "producer",
    "photographer",
];
