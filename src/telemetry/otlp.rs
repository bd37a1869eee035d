//! Traces and, by setting, the log, sent to an OpenTelemetry collector over OTLP (opentelemetry.io/docs/specs/otlp).
//!
//! Only the program's own spans and lines are sent: those of the libraries beneath include the exporter's own calls.

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

/// The name of the service, by which a trace's viewer shows it. OTEL_SERVICE_NAME goes before it, as for every program.
const SERVICE_NAME: &str = "articled";

/// The target of the program's own spans and lines begins so.
const OWN_TARGET: &str = "articled";

/// How long a batch may take. The next one waits meanwhile, and what is too much is dropped: no call waits for a collector.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the end of the process waits for the last batch: within the time that a stop may take.
const END_TIMEOUT: Duration = Duration::from_secs(1);

type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// What sends.
pub(super) struct Otlp {
    traces: SdkTracerProvider,
    logs: Option<SdkLoggerProvider>,
}

impl Otlp {
    /// `None` if the settings name no collector. A collector that does not answer is no reason not to serve.
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
            // A caller that has decided is followed, so that a trace is whole or absent.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
            .with_batch_exporter(exporter.with_timeout(EXPORT_TIMEOUT).build()?)
            .build();
        let spans = tracing_opentelemetry::layer()
            .with_tracer(traces.tracer(SERVICE_NAME))
            // Threads and source lines are the same in each span of a kind.
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

    /// Sends what waits, as far as the collector takes it.
    pub(super) fn end(self) {
        let sent = self.traces.shutdown_with_timeout(END_TIMEOUT);
        let logs_sent = self.logs.map_or(Ok(()), |logs| logs.shutdown_with_timeout(END_TIMEOUT));
        if let Err(error) = sent.and(logs_sent) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Spans of every level, and as their events the lines that are logged by default.
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
