//! W3C trace context (w3.org/TR/trace-context): read from a request's `traceparent` and `tracestate`, and returned in the
//! response's `traceparent`.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The trace that a call is part of.
#[derive(Clone, Debug)]
pub(crate) struct TraceContext(SpanContext);

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

impl TraceContext {
    /// The caller's context, if it sent a valid one.
    pub(crate) fn of_caller(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(TRACEPARENT) {
            return None;
        }
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
        Self::of_context(&context)
    }

    /// Makes a call's span part of its caller's trace. Returns the span's context if traces are exported, otherwise the
    /// caller's, to return and log it.
    pub(crate) fn join(caller: Option<Self>, span: &Span) -> Option<Self> {
        if let Some(Self(parent)) = &caller {
            // Fails if traces are not exported.
            _ = span.set_parent(Context::new().with_remote_span_context(parent.clone()));
        }
        Self::of_context(&span.context()).or(caller)
    }

    fn of_context(context: &Context) -> Option<Self> {
        let context = context.span().span_context().clone();
        context.is_valid().then_some(Self(context))
    }

    /// 32 hexadecimal digits.
    pub(crate) fn trace_id(&self) -> impl std::fmt::Display {
        self.0.trace_id()
    }

    /// Adds the context to the headers of a response.
    pub(crate) fn stamp(&self, headers: &mut HeaderMap) {
        let Self(context) = self;
        let flags = context.trace_flags().to_u8();
        let text = format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id());
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(TRACEPARENT, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_export_the_callers_context_comes_back() {
        let check = |value: &'static str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(TRACEPARENT, HeaderValue::from_static(value));
            let context = TraceContext::join(TraceContext::of_caller(&headers), &Span::none());
            let mut answer = HeaderMap::new();
            if let Some(context) = context {
                context.stamp(&mut answer);
            }
            assert_eq!(answer.get(TRACEPARENT).map(|value| value.to_str().expect("ASCII")), expected);
        };
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        check(good, Some(good));
        check("00-00000000000000000000000000000000-00f067aa0ba902b7-01", None);
        check("nonsense", None);
    }
}
