//! The wire format: requests are checked once, into the domain's types; responses are converted back.
//!
//! One file for each RPC. [`convert`] maps between the domain's types and the generated ones, [`status`] is the one place
//! where an error becomes a status, `page_token` continues a list, `resume_token` starts a watch.

mod article_rpc;
mod batch_get_articles;
mod bounded_stream;
pub mod convert;
mod create_article;
mod delete_article;
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
pub(crate) mod wire;

pub use self::article_rpc::ArticleRpc;
pub use self::export_articles::export_articles;
pub use self::import_articles::import_articles;
pub use self::parse_article::parse_response;
pub use self::status::RpcError;
pub(crate) use self::stream_limits::{StreamLimiter, StreamLimits};
