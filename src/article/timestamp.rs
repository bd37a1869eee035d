//! An instant, to the microsecond, in the range of `google.protobuf.Timestamp`.
//!
//! Owns the range and the RFC 3339 form. Calendars and time zones are jiff's, whose own instant ends 26 hours before the
//! year 9999 does: callers write 9999-12-31T23:59:59Z for "never", and get it back.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// An instant of the years 1 to 9999 (UTC), to the microsecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Since 1970-01-01T00:00:00Z.
    microseconds: i64,
}

/// An instant outside the years 1 to 9999, or a text that is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an instant of the years 1 to 9999")]
pub struct BadTimestamp;

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self { microseconds: -62_135_596_800_000_000 };
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self { microseconds: 253_402_300_799_999_999 };
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self { microseconds: 0 };

    /// Microseconds since 1970.
    pub fn from_microsecond(microseconds: i64) -> Result<Self, BadTimestamp> {
        let time = Self { microseconds };
        if (Self::MIN..=Self::MAX).contains(&time) { Ok(time) } else { Err(BadTimestamp) }
    }

    /// Seconds since 1970.
    pub fn from_second(seconds: i64) -> Result<Self, BadTimestamp> {
        Self::new(seconds, 0)
    }

    /// Milliseconds since 1970.
    pub fn from_millisecond(milliseconds: i64) -> Result<Self, BadTimestamp> {
        Self::from_microsecond(milliseconds.checked_mul(1000).ok_or(BadTimestamp)?)
    }

    /// What is finer than a microsecond is rounded towards the past, so that the order of two times stays.
    pub fn new(seconds: i64, nanoseconds: i32) -> Result<Self, BadTimestamp> {
        let microseconds = seconds.checked_mul(1_000_000).ok_or(BadTimestamp)?;
        let finer = i64::from(nanoseconds).div_euclid(1000);
        Self::from_microsecond(microseconds.checked_add(finer).ok_or(BadTimestamp)?)
    }

    /// The instant at which clocks of this offset show a date and time.
    pub fn of_civil(civil: DateTime, offset: Offset) -> Result<Self, BadTimestamp> {
        let since_epoch = civil.duration_since(EPOCH);
        Self::new(since_epoch.as_secs() - i64::from(offset.seconds()), since_epoch.subsec_nanos())
    }

    /// Microseconds since 1970.
    pub fn as_microsecond(self) -> i64 {
        self.microseconds
    }

    /// Whole seconds, rounded towards the past.
    pub fn as_second(self) -> i64 {
        self.microseconds.div_euclid(1_000_000)
    }

    /// What [`Self::as_second`] leaves: 0 to 999,999,000.
    pub fn subsec_nanosecond(self) -> i32 {
        // Less than a second, so it fits.
        self.microseconds.rem_euclid(1_000_000) as i32 * 1000
    }

    /// What clocks of this offset show; the first or last moment that a calendar has, where that would be outside it.
    pub fn to_civil(self, offset: Offset) -> DateTime {
        let offset = SignedDuration::from_secs(i64::from(offset.seconds()));
        EPOCH.saturating_add(SignedDuration::from_micros(self.microseconds) + offset)
    }

    /// The time that passed since an earlier time; negative if it is later.
    pub fn duration_since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_micros(self.microseconds - earlier.microseconds)
    }

    /// A later time, at most [`Self::MAX`].
    pub fn saturating_add(self, duration: SignedDuration) -> Self {
        let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self { microseconds: self.microseconds.saturating_add(microseconds) }.clamp(Self::MIN, Self::MAX)
    }
}

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    /// RFC 3339; the offset must be there.
    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let pieces = Pieces::parse(text).map_err(|_| BadTimestamp)?;
        let offset = pieces.to_numeric_offset().ok_or(BadTimestamp)?;
        let civil = pieces.date().to_datetime(pieces.time().ok_or(BadTimestamp)?);
        Self::of_civil(civil, offset)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.to_civil(Offset::UTC))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_writes_the_ends_of_its_range() {
        for (text, expected) in
            [("0001-01-01T00:00:00Z", Timestamp::MIN), ("9999-12-31T23:59:59.999999Z", Timestamp::MAX)]
        {
            assert_eq!(text.parse(), Ok(expected));
            assert_eq!(expected.to_string(), text);
        }
        assert_eq!("9999-12-31T23:59:59Z".parse(), Timestamp::from_second(253_402_300_799));
        assert_eq!("9999-12-31T23:59:59.9999999Z".parse(), Ok(Timestamp::MAX));
        let outside = [
            "9999-12-31T23:59:59-00:01",
            "0001-01-01T00:00:00+00:01",
            "0000-12-31T23:59:59Z",
            "2024-01-01T00:00:00",
            "2024-01-01",
            "x",
            "",
        ];
        for text in outside {
            assert_eq!(text.parse::<Timestamp>(), Err(BadTimestamp), "{text}");
        }
        for micros in [Timestamp::MIN.microseconds - 1, Timestamp::MAX.microseconds + 1, i64::MIN, i64::MAX] {
            assert_eq!(Timestamp::from_microsecond(micros), Err(BadTimestamp));
        }
        assert_eq!(Timestamp::from_second(i64::MAX), Err(BadTimestamp));
        assert_eq!(Timestamp::from_millisecond(i64::MIN), Err(BadTimestamp));
        let late = Timestamp::MAX.to_civil(jiff::tz::offset(8));
        assert_eq!(late.date(), jiff::civil::date(9999, 12, 31), "no calendar has a year 10000");
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(seconds in -62_135_596_800_i64..253_402_207_200, nanoseconds in 0..1_000_000_000_i32, hours in -12_i8..=14) {
            let offset = jiff::tz::offset(hours);
            let ours = Timestamp::new(seconds, nanoseconds).expect("in range");
            let theirs = jiff::Timestamp::from_microsecond(ours.as_microsecond()).expect("in range");
            prop_assert_eq!(ours.to_string(), theirs.to_string());
            prop_assert_eq!(theirs.to_string().parse(), Ok(ours));
            let civil = offset.to_datetime(theirs);
            prop_assert_eq!(ours.to_civil(offset), civil);
            prop_assert_eq!(Timestamp::of_civil(civil, offset), Ok(ours));
            prop_assert_eq!((ours.as_second(), ours.subsec_nanosecond()), (seconds, nanoseconds / 1000 * 1000));
        }
    }
}
