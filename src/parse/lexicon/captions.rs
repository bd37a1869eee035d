//! Words of picture captions.

/// Caption suffixes: the photographer or the picture's source.
pub(crate) const CREDITS: &[&str] = &[
    "摄",
    "摄影",
    "新华社发",
    "供图",
    "资料图",
    "资料图片",
    "档案照片",
    "资料照片",
    "视频截图",
    "图源网络",
    "档案图",
    "翻摄",
];

/// Caption prefixes.
pub(crate) const PREFIXES: &[&str] = &[
    "图为",
    "图:",
    "图/",
    "图片来源",
    "图说",
    "图源",
    "▲",
    "△",
    "图①",
    "(图/",
    "(图:",
    "图1",
    "资料图:",
    "资料图片",
    "(资料图",
];

/// Prefixes of the lead picture's caption, which some pages print at the foot.
pub(crate) const FOOT_PREFIXES: &[&str] = &["(资料图", "封面图片来源", "封面图来源", "题图来源", "图片来源", "头图"];

/// Suffixes of the bracketed credit after a caption.
pub(crate) const BRACKETED_SUFFIXES: &[&str] = &[
    "传真",
    "提供",
    "资料照",
    "资料图",
    "资料图片",
    "资料照片",
    "档案照",
    "档案照片",
    "档案图",
    "示意图",
    "合成图",
    "翻摄",
    "翻拍",
    "截图",
    "供图",
    "图库",
    "摄",
];

/// Prefixes of the bracketed credit after a caption.
pub(crate) const BRACKETED_PREFIXES: &[&str] = &["图/", "图:", "图源", "图取自", "翻摄自", "翻拍自", "取自"];

/// Credits of pictures, with the bracket that closes them.
pub(crate) const CLOSED_CREDITS: &[&str] = &["摄)", "提供)"];
