//! The client of `articled`, the service that keeps and searches scraped news articles.
//!
//! [`Client`] takes the contract's messages, which [`proto`] has, and adds what every program around them needs: connection,
//! token and TLS; retries as the contract's service_config.json allows them; lists as streams of pages; imports with
//! back-pressure; watches that resume; errors with their details decoded.
//!
//! # Store and read
//!
//! ```
//! use articled_client::Client;
//! use articled_client::proto::{GetArticleRequest, IngestArticleRequest, RawDocument};
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc_server.rs"));
//! # fn main() { on_server(async |url| {
//! // Such as http://127.0.0.1:50051.
//! let client = Client::connect(url).await?;
//!
//! let page = "竹溪县新图书馆开馆\n本报讯 竹溪县新图书馆5月6日开馆。";
//! let document = RawDocument { content: page.into(), url: "https://news.example/1".into(), ..Default::default() };
//! let stored = client.ingest_article(IngestArticleRequest { document: Some(document), ..Default::default() }).await?;
//! let name = stored.article.unwrap_or_default().name;
//!
//! let article = client.get_article(GetArticleRequest { name, ..Default::default() }).await?;
//! assert_eq!(article.headline, "竹溪县新图书馆开馆");
//! # Ok(()) }) }
//! ```
//!
//! # Import, filter, list
//!
//! An import takes a stream of items, each with a key of your choice, and returns a stream of results. It takes the next item
//! only while few are in flight, so a slow server slows your reader down instead of filling your memory.
//!
//! ```
//! use std::pin::pin;
//!
//! use articled_client::Client;
//! use articled_client::proto::import_articles_request::Item;
//! use articled_client::proto::{FilterArticlesRequest, ImportArticlesRequest, KeywordFilter, RawDocument};
//! use futures::{StreamExt, TryStreamExt, stream};
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc_server.rs"));
//! # fn main() { on_server(async |url| {
//! let client = Client::connect(url).await?;
//!
//! let items = stream::iter(1..=100).map(|number| {
//!     let content = format!("竹溪县第{number}条巴士线路开通\n竹溪县第{number}条巴士线路今日开通。").into();
//!     let document = RawDocument { content, ..Default::default() };
//!     // The key is what you need to know when the result comes: here a number, else a path or an offset.
//!     (number, ImportArticlesRequest { item: Some(Item::Document(document)), ..Default::default() })
//! });
//! let mut results = pin!(client.import(items).results());
//! while let Some(imported) = results.try_next().await? {
//!     match imported.outcome() {
//!         Ok(_) => println!("{}: {}", imported.key, imported.response.name),
//!         // One bad item does not end the import.
//!         Err(error) => eprintln!("{}: {error}", imported.key),
//!     }
//! }
//!
//! // Simplified text is found by Traditional keywords. The pages are followed to the end.
//! let keywords = KeywordFilter { all: vec!["巴士線路".into()], none: vec!["第7條".into()], ..Default::default() };
//! let request = FilterArticlesRequest { keywords: Some(keywords), snippets: 1, ..Default::default() };
//! let matches: Vec<_> = client.filter(request).items().try_collect().await?;
//! assert_eq!(matches.len(), 99);
//! let hits = matches[0].snippets[0].segments.iter().filter(|segment| segment.hit);
//! assert!(hits.map(|segment| segment.text.as_str()).eq(["巴士线路"]));
//! # Ok(()) }) }
//! ```
//!
//! # Keep a copy
//!
//! [`Watch::list_and_watch`] first lists what is there, then streams what changes, without a gap in between. It resumes after
//! a lost connection, and lists again if it was away for too long. Keep the token of the last change that you have stored,
//! and start with it next time. [`Watch::events`] streams the changes alone.
//!
//! ```
//! use std::collections::HashMap;
//! use std::pin::pin;
//!
//! use articled_client::proto::{Article, CreateArticleRequest, WatchArticlesRequest};
//! use articled_client::{Change, Client};
//! use futures::TryStreamExt;
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc_server.rs"));
//! # fn main() { on_server(async |url| {
//! let client = Client::connect(url).await?;
//! # let article = Article { headline: "桥梁通车".into(), ..Default::default() };
//! # client.create_article(CreateArticleRequest { article: Some(article), ..Default::default() }).await?;
//!
//! let mut copy = HashMap::new();
//! let mut old = HashMap::new();
//! let mut changes = pin!(client.watch(WatchArticlesRequest::default()).list_and_watch());
//! while let Some(replicated) = changes.try_next().await? {
//!     match replicated.change {
//!         Change::Init => old = std::mem::take(&mut copy),
//!         Change::Upserted(article) => _ = copy.insert(article.name.clone(), article),
//!         Change::Deleted(name) => _ = copy.remove(&name),
//!         // What was not listed is gone.
//!         Change::InitDone => old.clear(),
//!         _ => {}
//!     }
//!     // Store `replicated.resume_token` together with the copy.
//! #   if !replicated.resume_token.is_empty() { break }
//! }
//! # assert_eq!((copy.len(), old.len()), (1, 0));
//! # Ok(()) }) }
//! ```
//!
//! # Errors
//!
//! A failed call has a [`Reason`] to branch on and [`Details`] that say what it is about.
//!
//! ```
//! use articled_client::proto::{GetArticleRequest, ListArticlesRequest};
//! use articled_client::{Client, Details, Error, Reason};
//!
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc_server.rs"));
//! # fn main() { on_server(async |url| {
//! let client = Client::connect(url).await?;
//!
//! let request = GetArticleRequest { name: "articles/nothing".into(), ..Default::default() };
//! match client.get_article(request).await {
//!     Err(error) if error.reason() == Some(&Reason::ArticleNotFound) => println!("there is none"),
//!     other => panic!("{other:?}"),
//! }
//!
//! let request = ListArticlesRequest { filter: "revision = x".into(), ..Default::default() };
//! let Err(Error::Call(error)) = client.list_articles(request).await else { panic!("it must be refused") };
//! let Details::Fields(violations) = &error.details else { panic!("{error}") };
//! assert_eq!((violations[0].field.as_str(), &violations[0].reason), ("filter", &Reason::FilterInvalid));
//! # Ok(()) }) }
//! ```
//!
//! # Token and TLS
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use articled_client::Client;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://news.internal:50051")
//!     .token(std::env::var("ARTICLED_TOKEN")?)
//!     // Without it, the authorities of the system.
//!     .ca_certificates(std::fs::read("ca.pem")?)
//!     .deadline(Duration::from_secs(10))
//!     .connect()
//!     .await?;
//! # Ok(()) }
//! ```

mod builder;
mod client;
mod error;
mod flight;
mod import;
mod pages;
mod reason;
mod retry;
mod settings_error;
mod transport;
mod watch;

pub use articled_proto as proto;

pub use self::builder::Builder;
pub use self::client::Client;
pub use self::error::{CallError, Details, Error, FieldViolation};
pub use self::import::{DEFAULT_IN_FLIGHT, Import, Imported};
pub use self::pages::{PagedRequest, Pages};
pub use self::reason::Reason;
pub use self::settings_error::SettingsError;
pub use self::transport::Transport;
pub use self::watch::{Change, Replicated, Watch};
