//! grpc.health.v1.

use std::sync::Arc;

use articled::store::StoreError;
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{Fault, FaultyStore, TestServer, refusal};

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

/// Waits until the server says so; it asks its store first.
async fn wait_for(client: &mut HealthClient<Channel>, status: ServingStatus) {
    let mut stream = client.watch(of("")).await.expect("it is served").into_inner();
    while stream.message().await.expect("it goes on").expect("it goes on").status() != status {}
}

#[tokio::test]
async fn speaks_for_the_whole_and_for_each_service() {
    let server = TestServer::start().await;
    let mut client = HealthClient::new(server.channel().await);
    wait_for(&mut client, ServingStatus::Serving).await;
    for service in ["", "articled.v1.ArticleService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"] {
        let status = client.check(of(service)).await.expect(service).into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service}");
    }
    assert_eq!(refusal(client.check(of("articled.v1.Nope")).await).code, Code::NotFound);
    let mut unknown = client.watch(of("articled.v1.Nope")).await.expect("it is served").into_inner();
    let first = unknown.message().await.expect("no error").expect("a message");
    assert_eq!(first.status(), ServingStatus::ServiceUnknown);
}

#[tokio::test]
async fn is_not_serving_while_the_store_fails() {
    let fails = Fault::Fails(|| StoreError::Unavailable("gone".to_owned()));
    let server = TestServer::with_store(Arc::new(FaultyStore(fails))).await;
    let mut client = HealthClient::new(server.channel().await);
    wait_for(&mut client, ServingStatus::NotServing).await;
    let status = client.check(of("articled.v1.ArticleService")).await.expect("it answers").into_inner().status();
    assert_eq!(status, ServingStatus::NotServing);
}

#[tokio::test]
async fn health_watches_end_at_shutdown() {
    let server = TestServer::start().await;
    let mut client = HealthClient::new(server.channel().await);
    wait_for(&mut client, ServingStatus::Serving).await;
    let mut stream = client.watch(of("articled.v1.ArticleService")).await.expect("it is served").into_inner();
    assert_eq!(stream.message().await.expect("no error").expect("a message").status(), ServingStatus::Serving);
    let task = server.begin_stop();
    // NOT_SERVING may be missed if the end comes at once; SERVING may not follow.
    while let Some(message) = stream.message().await.expect("it ends in order") {
        assert_eq!(message.status(), ServingStatus::NotServing);
    }
    task.await.expect("no panic").expect("no error");
}
