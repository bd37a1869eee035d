//! Deadlines of calls. tonic's own timeout ends a call with CANCELLED, but the contract requires DEADLINE_EXCEEDED.

use std::time::Duration;

use http::HeaderMap;

use crate::config::Limits;

/// How much earlier than the client's timeout our deadline is: two ticks of tokio's timer. tonic applies grpc-timeout too,
/// outside of our layers, and would otherwise end the call first, with CANCELLED.
const MARGIN: Duration = Duration::from_millis(2);

/// A grpc-timeout that does not parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadTimeout;

/// The time limits of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Until the response, or the first message of a response stream.
    pub answer: Duration,
    /// Until the end of a response stream; `None` if the client set no deadline.
    pub stream: Option<Duration>,
}

pub(crate) fn allowance(headers: &HeaderMap, limits: &Limits) -> Result<Allowance, BadTimeout> {
    let most = Duration::from_millis(limits.max_deadline_ms);
    match grpc_timeout(headers)? {
        None => Ok(Allowance { answer: Duration::from_millis(limits.default_deadline_ms), stream: None }),
        Some(asked) => {
            let asked = asked.saturating_sub(MARGIN);
            Ok(Allowance { answer: asked.min(most), stream: Some(asked) })
        }
    }
}

/// Parses grpc-timeout: at most eight digits and a unit (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
fn grpc_timeout(headers: &HeaderMap) -> Result<Option<Duration>, BadTimeout> {
    let Some(value) = headers.get("grpc-timeout") else { return Ok(None) };
    let (&unit, digits) = value.as_bytes().split_last().ok_or(BadTimeout)?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadTimeout);
    }
    let amount = digits.iter().fold(0, |amount, digit| amount * 10 + u64::from(digit - b'0'));
    match unit {
        b'H' => Ok(Some(Duration::from_secs(amount * 3600))),
        b'M' => Ok(Some(Duration::from_secs(amount * 60))),
        b'S' => Ok(Some(Duration::from_secs(amount))),
        b'm' => Ok(Some(Duration::from_millis(amount))),
        b'u' => Ok(Some(Duration::from_micros(amount))),
        b'n' => Ok(Some(Duration::from_nanos(amount))),
        _ => Err(BadTimeout),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_grpc_timeout() {
        let check = |value: &str, expected: Result<Option<Duration>, BadTimeout>| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", value.parse().expect("a header"));
            assert_eq!(grpc_timeout(&headers), expected, "{value}");
        };
        check("1H", Ok(Some(Duration::from_secs(3600))));
        check("2M", Ok(Some(Duration::from_secs(120))));
        check("99999999S", Ok(Some(Duration::from_secs(99_999_999))));
        check("250m", Ok(Some(Duration::from_millis(250))));
        check("7u", Ok(Some(Duration::from_micros(7))));
        check("0n", Ok(Some(Duration::ZERO)));
        for bad in ["", "S", "1", "1s", "123456789S", "-1S", "1.5S", " 1S"] {
            check(bad, Err(BadTimeout));
        }
        assert_eq!(grpc_timeout(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn a_deadline_has_a_default_and_a_bound() {
        let limits = Limits::default();
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", http::HeaderValue::from_static(value));
            allowance(&headers, &limits).map(|allowance| allowance.answer)
        };
        assert_eq!(allowance(&HeaderMap::new(), &limits).map(|it| it.answer), Ok(Duration::from_secs(5)));
        assert_eq!(of("1H"), Ok(Duration::from_secs(30)));
        assert_eq!(of("100m"), Ok(Duration::from_millis(98)));
        assert_eq!(of("1m"), Ok(Duration::ZERO));
    }
}
