//! Words of printed times.

/// Parts of the day, between the day and the verb of a dateline.
pub(crate) const PARTS_OF_DAY: &[&str] = &["凌晨", "上午", "中午", "下午", "晚间", "晚", "早", "夜"];

/// Behind the number of an hour.
pub(crate) const HOURS: &[&str] = &["时", "点"];

/// What a weekday begins with.
pub(crate) const WEEKDAYS: &[&str] = &["星期", "周", "礼拜"];

/// Parts of the day whose hours count from noon.
pub(crate) const AFTERNOON: &[&str] = &["下午", "晚上", "晚间", "pm"];

/// Parts of the day whose hours are as printed.
pub(crate) const MORNING: &[&str] = &["上午", "凌晨", "早上", "中午", "am"];

/// The era that Taiwan counts years in.
pub(crate) const REPUBLIC: &[&str] = &["中华民国", "民国"];

/// The months in English.
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
