//! The gRPC service: one file for each RPC.
//!
//! Each RPC validates its request once, into domain types, calls the store, and converts the result back. [`convert`] maps
//! between domain types and generated types, [`status`] is the only place that turns an error into a status, `page_token`
//! continues a list, `resume_token` starts a watch.

mod article_rpc;
mod batch_get_articles;
mod bounded_stream;
pub mod convert;
mod create_article;
mod delete_article;
pub(crate) mod encoded_response;
mod export_articles;
pub(crate) mod fair_share;
mod filter_articles;
mod get_article;
mod import_articles;
mod import_order;
mod ingest_article;
mod list_articles;
mod page_token;
mod parse_article;
pub mod proto;
mod reparse_article;
mod resume_token;
mod retry_contended;
mod service;
pub(crate) mod status;
mod stream_limits;
mod token;
mod update_article;
pub(crate) mod violations;
mod watch_articles;

pub use self::article_rpc::ArticleRpc;
pub use self::export_articles::export_articles;
pub use self::import_articles::import_articles;
pub use self::parse_article::parse_response;
pub use self::status::RpcError;
pub(crate) use self::stream_limits::{StreamLimiter, StreamLimits};
