//! proto/articled/v1/service_config.json, the retry policy for clients.

use std::collections::BTreeSet;

use articled::rpc::proto::{DESCRIPTORS, SERVICE_CONFIG};
use prost_reflect::DescriptorPool;
use serde_json::Value;

/// The idempotent methods: repeating one leaves the store in the same state. docs/errors.md describes the responses to a
/// repeated write.
const IDEMPOTENT: [&str; 12] = [
    "ParseArticle",
    "GetArticle",
    "BatchGetArticles",
    "ListArticles",
    "FilterArticles",
    "WatchArticles",
    "ExportArticles",
    "ReparseArticle",
    "IngestArticle",
    "CreateArticle",
    "UpdateArticle",
    "DeleteArticle",
];

#[test]
fn every_method_is_named_once_and_only_unavailable_is_retried() {
    let config: Value = serde_json::from_str(SERVICE_CONFIG).expect("JSON");
    let mut named = Vec::new();
    for entry in config["methodConfig"].as_array().expect("a list") {
        let policy = &entry["retryPolicy"];
        for name in entry["name"].as_array().expect("a list") {
            assert_eq!(name["service"], "articled.v1.ArticleService");
            let method = name["method"].as_str().expect("a name").to_owned();
            assert_eq!(policy.is_object(), IDEMPOTENT.contains(&method.as_str()), "{method}");
            named.push(method);
        }
        if policy.is_object() {
            assert_eq!(policy["retryableStatusCodes"], serde_json::json!(["UNAVAILABLE"]));
        }
    }
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("our own descriptors");
    let service = pool.get_service_by_name("articled.v1.ArticleService").expect("the contract has it");
    let methods: BTreeSet<String> = service.methods().map(|method| method.name().to_owned()).collect();
    assert_eq!(named.len(), methods.len());
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), methods);
}
