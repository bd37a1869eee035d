//! Words in printed times.

/// Parts of the day, between the day and the verb of a dateline.
pub(crate) const PARTS_OF_DAY: &[&str] = &["凌晨", "上午", "中午", "下午", "晚间", "晚", "早", "夜"];

/// Suffixes of the hour.
pub(crate) const HOURS: &[&str] = &["时", "点"];

/// Weekday prefixes.
pub(crate) const WEEKDAYS: &[&str] = &["星期", "周", "礼拜"];

/// Parts of the day with hours counted from noon.
pub(crate) const AFTERNOON: &[&str] = &["下午", "晚上", "晚间", "pm"];

/// Parts of the day with hours as printed.
pub(crate) const MORNING: &[&str] = &["上午", "凌晨", "早上", "中午", "am"];

/// The era of Taiwan's calendar years.
pub(crate) const REPUBLIC: &[&str] = &["中华民国", "民国"];

/// Clocks by which a bracketed dateline counts its day.
pub(crate) const CLOCKS: &[&str] = &["北京时间", "美东时间", "台北时间", "香港时间"];

/// English month names.
pub(crate) const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Endings of ordinal numbers in English dates.
pub(crate) const ORDINAL_ENDINGS: &[&str] = &["st", "nd", "rd", "th"];

/// English weekdays.
pub(crate) const ENGLISH_WEEKDAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
