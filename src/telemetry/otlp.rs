//! Traces and, by setting, the log, sent to an OpenTelemetry collector over OTLP (opentelemetry.io/docs/specs/otlp).
//!
//! Only the program's own spans and lines are sent: those of libraries would include the exporter's own calls.

use std::time::Duration;

use articled::config::Telemetry;
use articled::server::LINE_SPAN_TARGET;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{ExporterBuildError, LogExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter};

/// The service name in traces. OTEL_SERVICE_NAME overrides it, as the specification requires.
const SERVICE_NAME: &str = "articled";

/// The prefix of the targets of the program's own spans and lines.
const OWN_TARGET: &str = "articled";

/// How long sending a batch may take. The next batch waits, and excess spans are dropped, so that no call waits for a
/// collector.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the end of the process waits for the last batch: within the time limit of a shutdown.
const END_TIMEOUT: Duration = Duration::from_secs(1);

type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// The exporters.
pub(super) struct Otlp {
    traces: SdkTracerProvider,
    logs: Option<SdkLoggerProvider>,
}

impl Otlp {
    /// `None` if the settings name no collector. An unreachable collector does not prevent the server from starting.
    pub(super) fn start<S>(settings: &Telemetry) -> Result<Option<(Self, BoxedLayer<S>)>, ExporterBuildError>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        if settings.otlp_endpoint.is_empty() {
            return Ok(None);
        }
        let version = KeyValue::new("service.version", articled::build_info::VERSION);
        let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => Resource::builder(),
            None => Resource::builder().with_service_name(SERVICE_NAME),
        };
        let resource = resource.with_attribute(version).build();
        let exporter = SpanExporter::builder().with_tonic().with_endpoint(&settings.otlp_endpoint);
        let share = 1.0 / f64::from(settings.trace_one_in);
        let traces = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            // The caller's sampling decision applies, so that a trace is complete or absent.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
            .with_batch_exporter(exporter.with_timeout(EXPORT_TIMEOUT).build()?)
            .build();
        let spans = tracing_opentelemetry::layer()
            .with_tracer(traces.tracer(SERVICE_NAME))
            // Omitted, because threads and source lines are the same in every span of a kind.
            .with_threads(false)
            .with_location(false)
            .with_filter(own_spans());
        let (logs, lines) = if settings.otlp_logs {
            let exporter = LogExporter::builder().with_tonic().with_endpoint(&settings.otlp_endpoint);
            let exporter = exporter.with_timeout(EXPORT_TIMEOUT).build()?;
            let logs = SdkLoggerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
            let lines = OpenTelemetryTracingBridge::new(&logs).with_filter(own_lines());
            (Some(logs), Some(lines))
        } else {
            (None, None)
        };
        Ok(Some((Self { traces, logs }, spans.and_then(lines).boxed())))
    }

    /// Sends the waiting batches, as far as the collector accepts them.
    pub(super) fn end(self) {
        let sent = self.traces.shutdown_with_timeout(END_TIMEOUT);
        let logs_sent = self.logs.map_or(Ok(()), |logs| logs.shutdown_with_timeout(END_TIMEOUT));
        if let Err(error) = sent.and(logs_sent) {
            tracing::warn!(%error, "sending the last traces failed");
        }
    }
}

/// Exports spans of every level, with the lines that are logged by default as their events.
fn own_spans() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let is_sent = |metadata: &Metadata<'_>| {
        metadata.target().starts_with(OWN_TARGET)
            && metadata.target() != LINE_SPAN_TARGET
            && (metadata.is_span() || *metadata.level() <= Level::INFO)
    };
    filter::filter_fn(is_sent).with_max_level_hint(LevelFilter::DEBUG)
}

fn own_lines() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    let is_sent = |metadata: &Metadata<'_>| {
        metadata.target().starts_with(OWN_TARGET) && metadata.is_event() && *metadata.level() <= Level::INFO
    };
    filter::filter_fn(is_sent).with_max_level_hint(LevelFilter::INFO)
}
