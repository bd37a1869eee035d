//! Converts timestamps, in both directions.

use crate::article::Timestamp;

use crate::rpc::violations::{ViolationReason, Violations};

/// Validates a timestamp, and truncates it to microseconds.
pub(crate) fn timestamp(
    field: &str,
    given: Option<&prost_types::Timestamp>,
    violations: &mut Violations,
) -> Option<Timestamp> {
    let prost_types::Timestamp { seconds, nanos } = *given?;
    let time = Timestamp::new(seconds, nanos).ok().filter(|_| (0..1_000_000_000).contains(&nanos));
    if time.is_none() {
        violations.add(
            field,
            ViolationReason::OutOfRange,
            "must be a time from the year 1 to 9999, with nanos 0 to 999999999",
        );
    }
    time
}

pub(crate) fn to_wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z: the range of `google.protobuf.Timestamp`.
    const SECONDS: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;

    proptest! {
        #[test]
        fn round_trips(seconds in SECONDS, micros in 0..1_000_000_i32) {
            let wire = prost_types::Timestamp { seconds, nanos: micros * 1000 };
            let mut violations = Violations::default();
            let time = timestamp("t", Some(&wire), &mut violations).expect("in range");
            prop_assert_eq!(to_wire(time), wire);
        }
    }

    #[test]
    fn accepts_the_first_and_the_last_second() {
        for seconds in [SECONDS.start, SECONDS.end - 1] {
            let wire = prost_types::Timestamp { seconds, nanos: 999_999_000 };
            let mut violations = Violations::default();
            assert_eq!(timestamp("t", Some(&wire), &mut violations).map(to_wire), Some(wire));
            assert_eq!(violations.iter().count(), 0);
        }
    }

    #[test]
    fn refuses_times_out_of_range() {
        for (seconds, nanos) in
            [(i64::MAX, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000), (SECONDS.start - 1, 0), (SECONDS.end, 0)]
        {
            let mut violations = Violations::default();
            assert_eq!(timestamp("t", Some(&prost_types::Timestamp { seconds, nanos }), &mut violations), None);
            assert_eq!(violations.iter().count(), 1);
        }
    }
}
