//! When a call is made again: the retry policy that the contract publishes in service_config.json, and RetryInfo.
//!
//! The policy says which methods are retried on which codes, how often and after which delays. An error with RetryInfo was
//! refused before anything was done, so it is retried too, after the delay that it names.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde::Deserialize;
use tonic::Code;

use crate::error::CallError;

/// The random part of a delay, so that the clients of a restarted server do not return at the same moment: plus or minus
/// this fraction, as in gRPC's retry design (gRFC A6).
const JITTER: f64 = 0.2;

/// How often and when a failed call is made again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetryPolicy {
    /// With the first one; 1 means no retries.
    pub(crate) max_attempts: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    multiplier: f64,
    codes: Vec<Code>,
}

/// The contract's policies, by method.
static POLICIES: LazyLock<HashMap<String, RetryPolicy>> =
    LazyLock::new(|| policies(articled_proto::SERVICE_CONFIG).expect("it is compiled in, and a test parses it"));

impl RetryPolicy {
    /// The policy of a method that has one: every method except ImportArticles.
    pub(crate) fn of(method: &str) -> &'static Self {
        &POLICIES[method]
    }

    /// The policy for streams that the client opens again where they ended: the one of WatchArticles.
    pub(crate) fn of_resumed_streams() -> &'static Self {
        Self::of("WatchArticles")
    }

    /// The delay before the next attempt; `None` if the error is final. `failures` counts the attempts so far, from 1.
    pub(crate) fn delay(&self, error: &CallError, failures: u32) -> Option<Duration> {
        match error.retry_after {
            Some(delay) => Some(delay),
            None if self.codes.contains(&error.code) => Some(self.backoff(failures)),
            None => None,
        }
    }

    /// The delay before a stream is opened again where it ended; `None` if the error is final. A lost connection always is
    /// made again, whatever code tonic gives it.
    pub(crate) fn resume_delay(&self, error: &CallError, failures: u32) -> Option<Duration> {
        error.retry_after.or_else(|| error.is_connection_lost().then(|| self.backoff(failures)))
    }

    /// The delay after so many failures in a row, from 1.
    fn backoff(&self, failures: u32) -> Duration {
        let exponent = i32::try_from(failures.saturating_sub(1)).unwrap_or(i32::MAX);
        let seconds = self.initial_backoff.as_secs_f64() * self.multiplier.powi(exponent);
        let seconds = seconds.min(self.max_backoff.as_secs_f64());
        Duration::from_secs_f64(seconds * (1.0 - JITTER + 2.0 * JITTER * random_fraction()))
    }
}

/// From 0 to 1. Without entropy from the system it is the middle, which is no jitter.
fn random_fraction() -> f64 {
    getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX))
}

/// The parts of gRPC's service config that the contract uses.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceConfig {
    method_config: Vec<MethodConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodConfig {
    name: Vec<MethodName>,
    retry_policy: Option<PublishedPolicy>,
}

#[derive(Deserialize)]
struct MethodName {
    method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublishedPolicy {
    max_attempts: u32,
    initial_backoff: String,
    max_backoff: String,
    backoff_multiplier: f64,
    retryable_status_codes: Vec<String>,
}

fn policies(json: &str) -> Result<HashMap<String, RetryPolicy>, serde_json::Error> {
    let config: ServiceConfig = serde_json::from_str(json)?;
    let mut policies = HashMap::new();
    for MethodConfig { name, retry_policy } in config.method_config {
        let Some(published) = retry_policy else { continue };
        let policy = RetryPolicy {
            max_attempts: published.max_attempts,
            initial_backoff: duration(&published.initial_backoff)?,
            max_backoff: duration(&published.max_backoff)?,
            multiplier: published.backoff_multiplier,
            codes: published.retryable_status_codes.iter().map(|name| code(name)).collect::<Result<_, _>>()?,
        };
        policies.extend(name.into_iter().map(|MethodName { method }| (method, policy.clone())));
    }
    Ok(policies)
}

/// A duration of proto3 JSON, such as `1.5s`.
fn duration(text: &str) -> Result<Duration, serde_json::Error> {
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| serde::de::Error::custom(format!("{text} is not a duration")))
}

fn code(name: &str) -> Result<Code, serde_json::Error> {
    match name {
        "UNAVAILABLE" => Ok(Code::Unavailable),
        other => Err(serde::de::Error::custom(format!("the client does not know the code {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn follows_the_published_policy() {
        let policy = RetryPolicy::of("GetArticle");
        assert_eq!(policy.max_attempts, 5);
        let unavailable = CallError::from(Status::unavailable("restarting"));
        for (failures, seconds) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 8.0), (u32::MAX, 8.0)] {
            let delay = policy.delay(&unavailable, failures).expect("retried").as_secs_f64();
            assert!((0.8 * seconds..=1.2 * seconds).contains(&delay), "{failures}: {delay}");
        }
        assert_eq!(policy.delay(&Status::not_found("gone").into(), 1), None);
        assert!(!POLICIES.contains_key("ImportArticles"));
    }

    #[test]
    fn waits_as_long_as_the_server_says() {
        let mut error = CallError::from(Status::resource_exhausted("busy"));
        error.retry_after = Some(Duration::from_millis(500));
        assert_eq!(RetryPolicy::of("GetArticle").delay(&error, 3), error.retry_after);
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        assert!(duration("1").is_err() && duration("-1s").is_err() && code("NOT_FOUND").is_err());
    }
}
