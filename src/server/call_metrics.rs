//! Metrics of calls: count and duration by method and code, number in flight.
//!
//! Label values for methods are the served methods and `other`, so that clients cannot increase the number of time series.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};
use tonic::Code;

use crate::metrics::{Registry, names};

/// gRPC's codes, 0 to 16, as named in its documentation.
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

/// The label value of calls to methods that are not served.
const OTHER: &str = "other";

/// The name of a code in gRPC's documentation.
pub(crate) fn code_name(code: Code) -> &'static str {
    CODES.get(code as usize).copied().unwrap_or("UNKNOWN")
}

/// The calls of one server.
pub(crate) struct CallMetrics {
    /// By path, `package.Service/Method`.
    methods: HashMap<String, Arc<MethodMetrics>>,
    other: Arc<MethodMetrics>,
}

pub(crate) struct MethodMetrics {
    registry: Registry,
    method: String,
    in_flight: Gauge,
    by_code: [OnceLock<CodeMetrics>; CODES.len()],
}

struct CodeMetrics {
    calls: Counter,
    duration: Histogram,
}

impl CallMetrics {
    pub(crate) fn new(registry: &Registry, methods: impl Iterator<Item = String>) -> Self {
        let methods = methods.map(|method| (method.clone(), Arc::new(MethodMetrics::new(registry, method))));
        Self { methods: methods.collect(), other: Arc::new(MethodMetrics::new(registry, OTHER.to_owned())) }
    }

    /// The metrics of the method at a path, `/package.Service/Method`.
    pub(crate) fn method(&self, path: &str) -> &Arc<MethodMetrics> {
        path.strip_prefix('/').and_then(|method| self.methods.get(method)).unwrap_or(&self.other)
    }
}

impl MethodMetrics {
    fn new(registry: &Registry, method: String) -> Self {
        let in_flight = registry.gauge(&names::CALLS_IN_FLIGHT, &[("method", &method)]);
        let metrics =
            Self { registry: registry.clone(), method, in_flight, by_code: std::array::from_fn(|_| OnceLock::new()) };
        // Created at the start, so that `rate()` has an initial value.
        metrics.of_code(Code::Ok);
        metrics
    }

    pub(crate) fn began(&self) {
        self.in_flight.increment(1);
    }

    pub(crate) fn ended(&self, code: Code, duration: Duration) {
        self.in_flight.decrement(1);
        if let Some(metrics) = self.of_code(code) {
            metrics.calls.increment(1);
            metrics.duration.record(duration);
        }
    }

    fn of_code(&self, code: Code) -> Option<&CodeMetrics> {
        let of_code = self.by_code.get(code as usize)?;
        Some(of_code.get_or_init(|| {
            let labels = [("method", self.method.as_str()), ("code", code_name(code))];
            CodeMetrics {
                calls: self.registry.counter(&names::CALLS, &labels),
                duration: self.registry.histogram(&names::CALL_DURATION, &labels),
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_method_and_code() {
        let registry = Registry::new().expect("buckets");
        let metrics = CallMetrics::new(&registry, ["a.B/C".to_owned()].into_iter());
        for path in ["/a.B/C", "/a.B/D"] {
            metrics.method(path).began();
            metrics.method(path).ended(Code::NotFound, Duration::from_millis(2));
        }
        metrics.method("/a.B/C").began();
        let text = registry.text();
        for line in [
            "articled_calls_total{method=\"a.B/C\",code=\"OK\"} 0",
            "articled_calls_total{method=\"a.B/C\",code=\"NOT_FOUND\"} 1",
            "articled_calls_total{method=\"other\",code=\"NOT_FOUND\"} 1",
            "articled_calls_in_flight{method=\"a.B/C\"} 1",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",code=\"NOT_FOUND\",le=\"0.001\"} 0",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",code=\"NOT_FOUND\",le=\"0.0025\"} 1",
            "articled_call_duration_seconds_bucket{method=\"a.B/C\",code=\"NOT_FOUND\",le=\"+Inf\"} 1",
            "articled_call_duration_seconds_sum{method=\"a.B/C\",code=\"NOT_FOUND\"} 0.002",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }
}
