//! What is counted: calls by method and code, how long they took, how many are open.
//!
//! A registry of the server's own instead of a global one, so that two servers in a process (as in tests) do not mix.
//! Methods are those that are served and `other`, so that no client can make the number of series grow.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tonic::Code;

/// Upper bounds of the buckets of durations, in microseconds: from a read out of memory to the longest deadline.
const BUCKETS_US: [u64; 15] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 10_000_000,
    30_000_000,
];

/// The codes of gRPC, 0 to 16, as they are written in its documentation.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Where calls to what is not served are counted.
const OTHER: &str = "other";

/// The word for a code, as in gRPC's documentation.
pub(crate) fn code_name(code: Code) -> &'static str {
    CODES.get(code as usize).copied().unwrap_or("UNKNOWN")
}

/// The counters of one server.
pub(crate) struct Metrics {
    /// By path, `package.Service/Method`.
    methods: BTreeMap<String, Arc<MethodMetrics>>,
    other: Arc<MethodMetrics>,
}

#[derive(Default)]
pub(crate) struct MethodMetrics {
    by_code: [AtomicU64; CODES.len()],
    buckets: [AtomicU64; BUCKETS_US.len()],
    sum_us: AtomicU64,
    in_flight: AtomicI64,
}

impl Metrics {
    pub(crate) fn new(methods: Vec<String>) -> Self {
        let methods = methods.into_iter().map(|method| (method, Arc::default())).collect();
        Self { methods, other: Arc::default() }
    }

    /// The counters of the method at a path, `/package.Service/Method`.
    pub(crate) fn method(&self, path: &str) -> &Arc<MethodMetrics> {
        path.strip_prefix('/').and_then(|method| self.methods.get(method)).unwrap_or(&self.other)
    }

    /// The text that Prometheus reads (prometheus.io/docs/instrumenting/exposition_formats).
    pub(crate) fn text(&self, serving: bool) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        _ = self.write(serving, &mut text);
        text
    }

    fn write(&self, serving: bool, out: &mut String) -> fmt::Result {
        writeln!(out, "# HELP articled_serving Whether health says SERVING.\n# TYPE articled_serving gauge")?;
        writeln!(out, "articled_serving {}", u8::from(serving))?;
        writeln!(out, "# HELP articled_calls_total Calls that ended, by method and code.")?;
        writeln!(out, "# TYPE articled_calls_total counter")?;
        for (method, metrics) in self.all() {
            for (code, count) in CODES.iter().zip(&metrics.by_code) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    writeln!(out, "articled_calls_total{{method=\"{method}\",code=\"{code}\"}} {count}")?;
                }
            }
        }
        writeln!(out, "# HELP articled_calls_in_flight Calls that are open.\n# TYPE articled_calls_in_flight gauge")?;
        for (method, metrics) in self.all() {
            let count = metrics.in_flight.load(Ordering::Relaxed);
            writeln!(out, "articled_calls_in_flight{{method=\"{method}\"}} {count}")?;
        }
        writeln!(out, "# HELP articled_call_duration_seconds How long calls took, by method.")?;
        writeln!(out, "# TYPE articled_call_duration_seconds histogram")?;
        for (method, metrics) in self.all() {
            metrics.write_histogram(method, out)?;
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = (&str, &MethodMetrics)> {
        self.methods
            .iter()
            .map(|(method, metrics)| (method.as_str(), metrics.as_ref()))
            .chain([(OTHER, self.other.as_ref())])
    }
}

impl MethodMetrics {
    pub(crate) fn began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, code: Code, duration: Duration) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        if let Some(count) = self.by_code.get(code as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(duration_us, Ordering::Relaxed);
        let bucket = BUCKETS_US.partition_point(|&bound| bound < duration_us);
        if let Some(count) = self.buckets.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn write_histogram(&self, method: &str, out: &mut String) -> fmt::Result {
        let calls: u64 = self.by_code.iter().map(|count| count.load(Ordering::Relaxed)).sum();
        if calls == 0 {
            return Ok(());
        }
        let mut below = 0;
        for (bound_us, count) in BUCKETS_US.iter().zip(&self.buckets) {
            below += count.load(Ordering::Relaxed);
            let bound = *bound_us as f64 / 1e6;
            writeln!(out, "articled_call_duration_seconds_bucket{{method=\"{method}\",le=\"{bound}\"}} {below}")?;
        }
        writeln!(out, "articled_call_duration_seconds_bucket{{method=\"{method}\",le=\"+Inf\"}} {calls}")?;
        let sum = self.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        writeln!(out, "articled_call_duration_seconds_sum{{method=\"{method}\"}} {sum}")?;
        writeln!(out, "articled_call_duration_seconds_count{{method=\"{method}\"}} {calls}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_method_and_code() {
        let metrics = Metrics::new(vec!["a.B/C".to_owned()]);
        for path in ["/a.B/C", "/a.B/D"] {
            metrics.method(path).began();
            metrics.method(path).ended(Code::NotFound, Duration::from_millis(2));
        }
        metrics.method("/a.B/C").began();
        let text = metrics.text(true);
        for line in [
            "articled_serving 1",
            "articled_calls_total{method=\"a.B/C\",code=\"NOT_FOUND\"} 1",
            "articled_calls_total{method=\"other\",code=\"NOT_FOUND\"} 1",
            "articled_calls_in_flight{method=\"a.B/C\"} 1",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",le=\"0.001\"} 0",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",le=\"0.0025\"} 1",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",le=\"+Inf\"} 1",
            "articled_call_duration_seconds_sum{method=\"a.B/C\"} 0.002",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
