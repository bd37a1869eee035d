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
            use tonic_reflection::pb::$version::ServerReflectionRequest;
            use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;

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
