//! The registry of metrics for Prometheus, and the name and description of each metric ([`names`]).
//!
//! Each server has its own registry instead of a global one, so that two servers in a process (as in tests) do not mix. A
//! command without a server has a disabled registry, whose handles count nothing.
//!
//! Owns names, descriptions, units and buckets. Does not decide what is counted: other modules hold the handles.

pub(crate) mod names;

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusRecorder};

use self::names::Metric;

/// Upper bounds of the buckets of durations, in seconds: from a read from memory to the longest deadline.
const DURATION_BUCKETS: [f64; 15] =
    [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 30.0];

/// Upper bounds of the buckets of merge durations, in seconds: a merge of a million articles takes a minute.
const MERGE_BUCKETS: [f64; 9] = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

/// Upper bounds of the buckets of group sizes: powers of two, up to the length of the writer's queue.
const GROUP_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Metadata that a recorder may filter by; this recorder does not.
const METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// A label of a metric: its name, and one of a fixed set of values, so that callers cannot increase the number of time series.
pub(crate) type LabelPair<'a> = (&'static str, &'a str);

/// The metrics of one server. Cheap to clone; clones share all state.
#[derive(Clone, Debug)]
pub struct Registry {
    /// `None` if disabled.
    recorder: Option<Arc<PrometheusRecorder>>,
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&DURATION_BUCKETS)?
            .set_buckets_for_metric(Matcher::Full(names::INDEX_MERGE_DURATION.name.to_owned()), &MERGE_BUCKETS)?
            .set_buckets_for_metric(Matcher::Full(names::STORE_GROUP_WRITES.name.to_owned()), &GROUP_BUCKETS)?
            .build_recorder();
        Ok(Self { recorder: Some(Arc::new(recorder)) })
    }

    /// A registry whose handles count nothing.
    pub fn off() -> Self {
        Self { recorder: None }
    }

    /// The counter with these labels. It is in the next scrape even if nothing was counted.
    pub(crate) fn counter(&self, metric: &Metric, labels: &[LabelPair<'_>]) -> Counter {
        let Some(recorder) = &self.recorder else { return Counter::noop() };
        recorder.describe_counter(metric.name.into(), None, metric.help.into());
        recorder.register_counter(&key(metric, labels), &METADATA)
    }

    /// The gauge with these labels.
    pub(crate) fn gauge(&self, metric: &Metric, labels: &[LabelPair<'_>]) -> Gauge {
        let Some(recorder) = &self.recorder else { return Gauge::noop() };
        recorder.describe_gauge(metric.name.into(), None, metric.help.into());
        recorder.register_gauge(&key(metric, labels), &METADATA)
    }

    /// The histogram with these labels.
    pub(crate) fn histogram(&self, metric: &Metric, labels: &[LabelPair<'_>]) -> Histogram {
        let Some(recorder) = &self.recorder else { return Histogram::noop() };
        recorder.describe_histogram(metric.name.into(), None, metric.help.into());
        recorder.register_histogram(&key(metric, labels), &METADATA)
    }

    /// Runs a function of a library that records into the thread's current recorder.
    pub(crate) fn within(&self, record: impl FnOnce()) {
        if let Some(recorder) = &self.recorder {
            metrics::with_local_recorder(recorder, record);
        }
    }

    /// Adds the samples of histograms to their buckets. Until then each sample takes eight bytes.
    pub(crate) fn fold_samples(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.handle().run_upkeep();
        }
    }

    /// The metrics in Prometheus's text format (prometheus.io/docs/instrumenting/exposition_formats).
    pub(crate) fn text(&self) -> String {
        self.recorder.as_ref().map(|recorder| recorder.handle().render()).unwrap_or_default()
    }
}

fn key(metric: &Metric, labels: &[LabelPair<'_>]) -> Key {
    let labels: Vec<Label> = labels.iter().map(|&(name, value)| Label::new(name, value.to_owned())).collect();
    Key::from_parts(metric.name, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_described_and_shown_before_it_is_counted() {
        let registry = Registry::new().expect("buckets");
        let _counter = registry.counter(&names::CALLS, &[("method", "a.B/C"), ("code", "OK")]);
        registry.histogram(&names::STORE_GROUP_WRITES, &[]).record(3.0);
        registry.gauge(&names::CONNECTIONS_OPEN, &[]).set(2.0);
        let text = registry.text();
        for line in [
            "# TYPE articled_calls_total counter",
            "articled_calls_total{method=\"a.B/C\",code=\"OK\"} 0",
            "articled_store_group_writes_bucket{le=\"2\"} 0",
            "articled_store_group_writes_bucket{le=\"4\"} 1",
            "articled_connections_open 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert!(text.contains(&format!("# HELP articled_calls_total {}", names::CALLS.help)), "{text}");
        assert_eq!(Registry::off().text(), "");
    }
}
