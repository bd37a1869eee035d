//! Times.

use jiff::Timestamp;

use crate::rpc::violations::{Fault, Violations};

/// 0001-01-01T00:00:00Z and 9999-12-30T22:00:00Z: the range of google.protobuf.Timestamp, but for the last hours, which
/// the domain's type does not hold.
const SECONDS: std::ops::Range<i64> = -62_135_596_800..253_402_207_200;

/// A time from the wire, cut to the microsecond, in which times are kept.
pub fn timestamp(
    field: &str,
    given: Option<&prost_types::Timestamp>,
    violations: &mut Violations,
) -> Option<Timestamp> {
    let prost_types::Timestamp { seconds, nanos } = *given?;
    let micros = (SECONDS.contains(&seconds) && (0..1_000_000_000).contains(&nanos))
        .then(|| seconds * 1_000_000 + i64::from(nanos / 1000));
    let time = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    if time.is_none() {
        violations.add(field, Fault::OutOfRange, "must be a time from the year 1 to 9999, with nanos 0 to 999999999");
    }
    time
}

pub fn to_wire(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.as_microsecond();
    let nanos = micros.rem_euclid(1_000_000) * 1000;
    // Less than a second, so it fits.
    prost_types::Timestamp { seconds: micros.div_euclid(1_000_000), nanos: nanos as i32 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    fn refuses_what_is_out_of_range() {
        for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000), (SECONDS.end, 0)] {
            let mut violations = Violations::default();
            assert_eq!(timestamp("t", Some(&prost_types::Timestamp { seconds, nanos }), &mut violations), None);
            assert_eq!(violations.iter().count(), 1);
        }
    }
}
