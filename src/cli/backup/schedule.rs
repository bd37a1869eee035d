//! The backups in a directory: file names, the interval between backups, and deletion of old ones.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use articled::article::Timestamp;
use jiff::tz::Offset;

const PREFIX: &str = "articled-";
const SUFFIX: &str = ".db";

/// The suffixes of the files that an interrupted backup leaves.
const PART_SUFFIXES: [&str; 2] = [".db.part", ".db.part-journal"];

/// `20260131T030000Z`, so that names sort by time.
const TIME_FORMAT: &str = "%Y%m%dT%H%M%SZ";
const TIME_LENGTH: usize = "20260131T030000Z".len();

/// The name of a backup that begins now.
pub(super) fn file_name(now: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", now.to_civil(Offset::UTC).strftime(TIME_FORMAT))
}

/// Parses a number and a unit: s, m, h or d.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    let malformed = || "an interval is a number and s, m, h or d, such as 6h".to_owned();
    let (unit, digits) = text.char_indices().last().map(|(at, unit)| (unit, &text[..at])).ok_or_else(malformed)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(malformed()),
    };
    let count: u32 = digits.parse().map_err(|_| malformed())?;
    if count == 0 { Err(malformed()) } else { Ok(Duration::from_secs(u64::from(count) * seconds)) }
}

/// Deletes all but the newest `keep` backups. Files with other names are not touched.
pub(super) fn remove_oldest(directory: &Path, keep: usize) -> io::Result<()> {
    let mut names = backups(directory, SUFFIX)?;
    names.sort_unstable();
    let surplus = names.len().saturating_sub(keep);
    names.iter().take(surplus).try_for_each(|name| fs::remove_file(directory.join(name)))
}

/// Deletes the files of interrupted backups that began before the one of this name.
pub(super) fn remove_interrupted(directory: &Path, name: &str) -> io::Result<()> {
    for suffix in PART_SUFFIXES {
        let parts = backups(directory, suffix)?;
        parts.iter().filter(|part| part.as_str() < name).try_for_each(|part| fs::remove_file(directory.join(part)))?;
    }
    Ok(())
}

/// The names of backups with this suffix.
fn backups(directory: &Path, suffix: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let Ok(name) = entry?.file_name().into_string() else { continue };
        let time = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(suffix));
        let is_time = |time: &str| {
            time.len() == TIME_LENGTH && time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z'))
        };
        if time.is_some_and(is_time) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_their_times_do() {
        let at = |second| file_name(Timestamp::from_second(second).expect("in range"));
        assert_eq!(at(1_769_828_400), "articled-20260131T030000Z.db");
        assert!(at(999_999_999) < at(1_000_000_000));
    }

    #[test]
    fn reads_intervals() {
        assert_eq!(interval("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(interval("30m"), Ok(Duration::from_secs(1800)));
        assert_eq!(interval("6h"), Ok(Duration::from_secs(21_600)));
        assert_eq!(interval("1d"), Ok(Duration::from_secs(86_400)));
        for bad in ["", "h", "0h", "-1h", "6", "1.5h", "6小"] {
            assert!(interval(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_old_backups_are_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = [
            "articled-20260101T000000Z.db",
            "articled-20260102T000000Z.db",
            "articled-20260103T000000Z.db",
            "articled-20260101T120000Z.db.part",
            "articled-20260101T120000Z.db.part-journal",
            "articled-20260104T000000Z.db.part",
            "articled-mine.db",
            "other.db",
        ];
        for name in names {
            fs::write(folder.path().join(name), "").expect("written");
        }
        remove_interrupted(folder.path(), "articled-20260103T120000Z.db").expect("removed");
        remove_oldest(folder.path(), 2).expect("removed");
        let left: Vec<&str> = names.into_iter().filter(|name| folder.path().join(name).exists()).collect();
        assert_eq!(
            left,
            [
                "articled-20260102T000000Z.db",
                "articled-20260103T000000Z.db",
                "articled-20260104T000000Z.db.part",
                "articled-mine.db",
                "other.db"
            ]
        );
    }
}
