//! grpc.reflection, v1 and v1alpha: the whole contract, with its comments.

use prost::Message;
use prost_types::FileDescriptorProto;

use crate::support::TestServer;

const SERVICES: [&str; 4] = [
    "articled.v1.ArticleService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// The two versions have the same types under different names.
macro_rules! tests_of {
    ($version:ident) => {
        mod $version {
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::{ExtensionRequest, ServerReflectionRequest};

            use super::*;

            async fn ask(server: &TestServer, question: MessageRequest) -> MessageResponse {
                let mut client = ServerReflectionClient::new(server.channel().await);
                let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
                let answers = client.server_reflection_info(futures::stream::iter([request])).await;
                let answer = answers.expect("it is served").into_inner().message().await.expect("no error");
                answer.and_then(|answer| answer.message_response).expect("an answer")
            }

            #[tokio::test]
            async fn lists_every_service() {
                let server = TestServer::start().await;
                let question = MessageRequest::ListServices(String::new());
                let MessageResponse::ListServicesResponse(list) = ask(&server, question).await else {
                    panic!("another answer than asked for")
                };
                let mut names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
                names.sort();
                names.dedup();
                assert_eq!(names, SERVICES);
            }

            /// Asks everything on one stream.
            async fn ask_all(server: &TestServer, questions: Vec<MessageRequest>) -> Vec<MessageResponse> {
                let mut client = ServerReflectionClient::new(server.channel().await);
                let requests: Vec<_> = questions
                    .into_iter()
                    .map(|question| ServerReflectionRequest { host: String::new(), message_request: Some(question) })
                    .collect();
                let answers = client.server_reflection_info(futures::stream::iter(requests)).await;
                let mut answers = answers.expect("it is served").into_inner();
                let mut all = Vec::new();
                while let Some(answer) = answers.message().await.expect("no error") {
                    all.push(answer.message_response.expect("an answer"));
                }
                all
            }

            #[tokio::test]
            async fn the_unknown_is_answered_and_the_stream_goes_on() {
                let server = TestServer::start().await;
                let no_extension = |containing_type: &str| {
                    MessageRequest::FileContainingExtension(ExtensionRequest {
                        containing_type: containing_type.to_owned(),
                        extension_number: 99,
                    })
                };
                let unknown = vec![
                    MessageRequest::FileContainingSymbol("no.such.Symbol".to_owned()),
                    MessageRequest::FileContainingSymbol(String::new()),
                    MessageRequest::FileContainingSymbol("articled.v1.Article.no_field".to_owned()),
                    MessageRequest::FileContainingSymbol("articled.v1.ArticleService.NoMethod".to_owned()),
                    MessageRequest::FileByFilename("no/such/file.proto".to_owned()),
                    MessageRequest::AllExtensionNumbersOfType("no.such.Message".to_owned()),
                    no_extension("no.such.Message"),
                    no_extension("articled.v1.Article"),
                ];
                let asked = unknown.len();
                let mut questions = unknown;
                questions.push(MessageRequest::FileContainingSymbol("articled.v1.Article".to_owned()));
                let answers = ask_all(&server, questions).await;
                assert_eq!(answers.len(), asked + 1);
                for answer in &answers[..asked] {
                    let MessageResponse::ErrorResponse(error) = answer else { panic!("not an error: {answer:?}") };
                    assert_eq!(error.error_code, i32::from(tonic::Code::NotFound));
                }
                assert!(matches!(answers[asked], MessageResponse::FileDescriptorResponse(_)));
            }

            #[tokio::test]
            async fn finds_a_file_by_each_kind_of_symbol() {
                let server = TestServer::start().await;
                let symbols = [
                    "articled.v1.ArticleService.GetArticle",
                    "articled.v1.Article",
                    "articled.v1.Article.headline",
                    "articled.v1.ArticleView",
                    "articled.v1.ARTICLE_VIEW_BASIC",
                    "articled.v1.ArticleView.ARTICLE_VIEW_BASIC",
                    "google.rpc.BadRequest.FieldViolation",
                    "google.api.field_behavior",
                    "grpc.health.v1.HealthCheckResponse.SERVING",
                ];
                let by_symbol = symbols.map(|symbol| MessageRequest::FileContainingSymbol(symbol.to_owned()));
                for (answer, symbol) in ask_all(&server, by_symbol.into()).await.iter().zip(symbols) {
                    assert!(matches!(answer, MessageResponse::FileDescriptorResponse(_)), "{symbol}: {answer:?}");
                }
                let extension = MessageRequest::FileContainingExtension(ExtensionRequest {
                    containing_type: "google.protobuf.FieldOptions".to_owned(),
                    extension_number: 1052,
                });
                let numbers = MessageRequest::AllExtensionNumbersOfType("google.protobuf.FieldOptions".to_owned());
                let none = MessageRequest::AllExtensionNumbersOfType("articled.v1.Article".to_owned());
                let answers = ask_all(&server, vec![extension, numbers, none]).await;
                assert!(matches!(answers[0], MessageResponse::FileDescriptorResponse(_)), "{answers:?}");
                let MessageResponse::AllExtensionNumbersResponse(numbers) = &answers[1] else { panic!("{answers:?}") };
                assert!(numbers.extension_number.contains(&1052), "{numbers:?}");
                let MessageResponse::AllExtensionNumbersResponse(none) = &answers[2] else { panic!("{answers:?}") };
                assert!(none.extension_number.is_empty(), "{none:?}");
            }

            #[tokio::test]
            async fn describes_every_service() {
                let server = TestServer::start().await;
                for service in SERVICES {
                    let question = MessageRequest::FileContainingSymbol(service.to_owned());
                    let MessageResponse::FileDescriptorResponse(files) = ask(&server, question).await else {
                        panic!("{service} is not described")
                    };
                    let file = FileDescriptorProto::decode(files.file_descriptor_proto[0].as_slice()).expect("one");
                    assert!(file.service.iter().any(|it| service == format!("{}.{}", file.package(), it.name())));
                    if service.starts_with("articled") {
                        check_comments(&file);
                    }
                }
            }
        }
    };
}

tests_of!(v1);
tests_of!(v1alpha);

/// The comment of the first method, by its path in the file: service 0, method 0.
fn check_comments(file: &FileDescriptorProto) {
    let info = file.source_code_info.as_ref().expect("comments survive");
    let comment = info.location.iter().find(|location| location.path == [6, 0, 2, 0]).map(|it| it.leading_comments());
    assert!(comment.is_some_and(|comment| comment.contains("Stores nothing")), "{comment:?}");
}
