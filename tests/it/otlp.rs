//! Traces and log lines that go to an OpenTelemetry collector: a real one's services, which keep what they get.

use std::collections::HashMap;

use articled::rpc::proto::IngestArticleRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use crate::support::program::Program;
use crate::support::{client_of, document};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLERS_SPAN: &str = "00f067aa0ba902b7";

#[derive(Clone)]
struct Collector {
    spans: mpsc::UnboundedSender<Span>,
    lines: mpsc::UnboundedSender<Vec<KeyValue>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        for span in resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans) {
            _ = self.spans.send(span);
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let resources = request.into_inner().resource_logs.into_iter();
        for line in resources.flat_map(|resource| resource.scope_logs).flat_map(|scope| scope.log_records) {
            _ = self.lines.send(line.attributes);
        }
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: &[KeyValue]) -> HashMap<String, String> {
    let text = |attribute: &KeyValue| match &attribute.value {
        Some(AnyValue { value: Some(any_value::Value::StringValue(text)) }) => Some(text.clone()),
        _ => None,
    };
    attributes.iter().filter_map(|it| Some((it.key.clone(), text(it)?))).collect()
}

#[tokio::test]
async fn a_call_is_a_part_of_its_callers_trace_and_its_lines_go_along() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("telemetry.otlp_endpoint=http://{}", listener.local_addr().expect("bound"));
    let (spans_sender, mut spans) = mpsc::unbounded_channel();
    let (lines_sender, mut lines) = mpsc::unbounded_channel();
    let collector = Collector { spans: spans_sender, lines: lines_sender };
    let services = Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .add_service(LogsServiceServer::new(collector));
    let served = tokio::spawn(services.serve_with_incoming(TcpListenerStream::new(listener)));

    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["--metrics-listen", "", "--set", &endpoint, "--set", "telemetry.otlp_logs=true"];
    let (_program, address) = Program::start_with(&folder.path().join("a.db"), "info", &settings).await;
    let mut client = client_of(address).await;
    let page = document("\u{6cb3}\u{9053}\n\u{6e05}\u{6de4}\u{5b8c}\u{5de5}\u{3002}\n");
    let mut request = Request::new(IngestArticleRequest { document: Some(page), ..Default::default() });
    let parent = format!("00-{TRACE_ID}-{CALLERS_SPAN}-01");
    request.metadata_mut().insert("traceparent", parent.parse().expect("a value"));
    let answer = client.ingest_article(request).await.expect("stored");
    let returned = answer.metadata().get("traceparent").expect("a trace").to_str().expect("ASCII").to_owned();
    // Refused, which is logged at info.
    let mut request = Request::new(IngestArticleRequest::default());
    request.metadata_mut().insert("x-request-id", "refused-1".parse().expect("a value"));
    client.ingest_article(request).await.expect_err("no document");

    let mut found: HashMap<String, Span> = HashMap::new();
    while !["parse", "write", "articled.v1.ArticleService/IngestArticle"].iter().all(|name| found.contains_key(*name)) {
        let span = spans.recv().await.expect("it is sent");
        if hex(&span.trace_id) == TRACE_ID {
            found.insert(span.name.trim_start_matches('/').to_owned(), span);
        }
    }
    let call = &found["articled.v1.ArticleService/IngestArticle"];
    assert_eq!(hex(&call.parent_span_id), CALLERS_SPAN);
    assert_eq!(returned, format!("00-{TRACE_ID}-{}-01", hex(&call.span_id)));
    assert_eq!(texts(&call.attributes)["rpc.system"], "grpc");
    for part in ["parse", "write"] {
        assert_eq!(found[part].parent_span_id, call.span_id, "{part}");
    }
    loop {
        let attributes = lines.recv().await.expect("it is sent");
        let texts = texts(&attributes);
        if texts.get("request_id").is_some_and(|id| id == "refused-1") {
            assert_eq!(texts["code"], "INVALID_ARGUMENT");
            break;
        }
    }
    served.abort();
}
