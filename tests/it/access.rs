//! Who may call what, with tokens: asked of every method that the compiled contract has.

use articled::config::{Config, Exposure, Role};
use articled::rpc::proto::article_service_client::ArticleServiceClient;
use articled::rpc::proto::{DESCRIPTORS, DeleteArticleRequest, GetArticleRequest, WatchArticlesRequest};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use crate::support::{
    Bearer, Refusal, TestServer, Tokens, call_raw, first_answer, given, memory_store, new_token, refusal,
};

/// The contract's roles. A new method has to be put here too: who may call it is decided, not derived.
const READERS: [&str; 7] = [
    "GetArticle",
    "BatchGetArticles",
    "ListArticles",
    "FilterArticles",
    "WatchArticles",
    "ExportArticles",
    "ParseArticle",
];
const WRITERS: [&str; 6] =
    ["CreateArticle", "UpdateArticle", "DeleteArticle", "IngestArticle", "ImportArticles", "ReparseArticle"];

const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The paths of all methods, and the role that each needs; `None` for health.
fn methods() -> Vec<(String, Option<Role>)> {
    let sets = [
        DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let mut methods = Vec::new();
    for set in sets {
        for file in FileDescriptorSet::decode(set).expect("descriptors").file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    let role = match service.name() {
                        "Health" => None,
                        "ServerReflection" => Some(Role::Reader),
                        _ if READERS.contains(&method.name()) => Some(Role::Reader),
                        _ if WRITERS.contains(&method.name()) => Some(Role::Writer),
                        _ => panic!("{path} has no role in this test"),
                    };
                    methods.push((path, role));
                }
            }
        }
    }
    methods
}

#[track_caller]
fn assert_refused<T>(answer: Result<T, Status>, code: Code, reason: &str) {
    assert_eq!(refusal(answer), Refusal { code, reason: reason.to_owned(), fields: Vec::new() });
}

/// Whether a call went past the question who calls.
fn is_let_in<T>(answer: &Result<T, Status>) -> bool {
    !matches!(answer, Err(status) if matches!(status.code(), Code::Unauthenticated | Code::PermissionDenied))
}

#[tokio::test]
async fn every_method_needs_its_role() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let channel = server.channel().await;
    let stranger = new_token();
    let methods = methods();
    assert!(methods.len() > 15, "{methods:?}");
    for (path, role) in methods {
        let answer = |token| first_answer(channel.clone(), &path, b"", token);
        match role {
            None => assert!(is_let_in(&answer(None).await), "{path}"),
            Some(needed) => {
                assert_refused(answer(None).await, Code::Unauthenticated, "CREDENTIALS_MISSING");
                assert_refused(answer(Some(stranger.reveal())).await, Code::Unauthenticated, "TOKEN_UNKNOWN");
                for has in Role::ALL {
                    let answer = answer(Some(tokens.reveal(has))).await;
                    assert_eq!(is_let_in(&answer), has >= needed, "{path} by {has}: {answer:?}");
                    if has < needed {
                        assert_refused(answer, Code::PermissionDenied, "ROLE_REQUIRED");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_what_exists() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let channel = server.channel().await;
    let mut writer = ArticleServiceClient::with_interceptor(channel.clone(), tokens.bearer(Role::Writer));
    let article = Some(given("橋", "通車。"));
    let request =
        articled::rpc::proto::CreateArticleRequest { article, article_id: "a".to_owned(), ..Default::default() };
    writer.create_article(request).await.expect("a writer may");
    let mut reader = ArticleServiceClient::with_interceptor(channel.clone(), tokens.bearer(Role::Reader));
    let mut anonymous = ArticleServiceClient::new(channel.clone());
    for (name, found) in [("articles/a", true), ("articles/b", false)] {
        let get = GetArticleRequest { name: name.to_owned(), ..Default::default() };
        assert_refused(anonymous.get_article(get.clone()).await, Code::Unauthenticated, "CREDENTIALS_MISSING");
        let delete = DeleteArticleRequest { name: name.to_owned(), ..Default::default() };
        assert_refused(reader.delete_article(delete).await, Code::PermissionDenied, "ROLE_REQUIRED");
        assert_eq!(reader.get_article(get).await.is_ok(), found);
    }
    let unknown = "/articled.v1.ArticleService/NoMethod";
    assert_refused(call_raw(channel.clone(), unknown, b"").await, Code::Unauthenticated, "CREDENTIALS_MISSING");
    let known = first_answer(channel, unknown, b"", Some(tokens.reveal(Role::Reader))).await;
    assert_refused(known, Code::Unimplemented, "METHOD_UNKNOWN");
}

#[tokio::test]
async fn a_refusal_says_which_role_is_needed() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let mut reader = ArticleServiceClient::with_interceptor(server.channel().await, tokens.bearer(Role::Reader));
    let status = reader.delete_article(DeleteArticleRequest::default()).await.expect_err("only a writer may");
    let details = status.get_error_details();
    let metadata = &details.error_info().expect("ErrorInfo").metadata;
    assert_eq!((metadata["required_role"].as_str(), metadata["role"].as_str()), ("writer", "reader"));
}

#[tokio::test]
async fn reflection_is_told_to_whom_the_setting_says() {
    let tokens = Tokens::new();
    for (reflection, of_anonymous, of_reader, of_admin) in [
        (Exposure::Anyone, Code::Ok, Code::Ok, Code::Ok),
        (Exposure::Role(Role::Admin), Code::Unauthenticated, Code::PermissionDenied, Code::Ok),
        (Exposure::Off, Code::Unauthenticated, Code::Unimplemented, Code::Unimplemented),
    ] {
        let config = Config { reflection, ..tokens.config() };
        let server = TestServer::with(config, memory_store()).await;
        let channel = server.channel().await;
        let (reader, admin) = (tokens.reveal(Role::Reader), tokens.reveal(Role::Admin));
        for path in REFLECTION {
            for (token, expected) in [(None, of_anonymous), (Some(reader), of_reader), (Some(admin), of_admin)] {
                let answer = first_answer(channel.clone(), path, b"", token).await;
                let code = answer.map_or_else(|status| status.code(), |_| Code::Ok);
                assert_eq!(code, expected, "{reflection} {path}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_file_of_tokens_every_caller_is_let_in() {
    let server = TestServer::with_store(memory_store()).await;
    for (path, _) in methods() {
        // A client may have a token from elsewhere.
        let answer = first_answer(server.channel().await, &path, b"\xff", Some("of another server")).await;
        assert!(is_let_in(&answer), "{path}");
    }
}

/// Asks again and again, until the answer is as expected: the server looks at its files every few milliseconds.
async fn until_get_is(server: &TestServer, token: Bearer, expected: Code) {
    let mut client = ArticleServiceClient::with_interceptor(server.channel().await, token);
    loop {
        let request = GetArticleRequest { name: "articles/a".to_owned(), ..Default::default() };
        if client.get_article(request).await.map_or_else(|status| status.code(), |_| Code::Ok) == expected {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn tokens_are_read_again() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let new = new_token();
    let bearer = Bearer::new(new.reveal());
    until_get_is(&server, bearer.clone(), Code::Unauthenticated).await;
    tokens.write(&format!("reader {}\n{}", new.hash(), tokens.line(Role::Admin)));
    until_get_is(&server, bearer, Code::NotFound).await;
    until_get_is(&server, tokens.bearer(Role::Reader), Code::Unauthenticated).await;
}

#[tokio::test]
async fn an_open_stream_ends_when_its_token_is_taken_away() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let channel = server.channel().await;
    let mut watches = Vec::new();
    for role in [Role::Reader, Role::Writer] {
        let mut client = ArticleServiceClient::with_interceptor(channel.clone(), tokens.bearer(role));
        let mut watch = client.watch_articles(WatchArticlesRequest::default()).await.expect("both may").into_inner();
        watch.message().await.expect("a checkpoint");
        watches.push(watch);
    }
    tokens.write(&[tokens.line(Role::Writer), tokens.line(Role::Admin)].join("\n"));
    let [reader, writer] = &mut watches[..] else { panic!("two") };
    let ended = loop {
        if let Err(status) = reader.message().await {
            break status;
        }
    };
    assert_refused(Err::<(), _>(ended), Code::Unauthenticated, "CREDENTIALS_REVOKED");
    writer.message().await.expect("the other one goes on");
}

#[tokio::test]
async fn health_needs_no_token() {
    let tokens = Tokens::new();
    let server = TestServer::with(tokens.config(), memory_store()).await;
    let mut health = HealthClient::new(server.channel().await);
    health.check(HealthCheckRequest::default()).await.expect("it is open");
    let mut client = server.client().await;
    assert_refused(
        client.get_article(GetArticleRequest::default()).await,
        Code::Unauthenticated,
        "CREDENTIALS_MISSING",
    );
}
