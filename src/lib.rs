//! `articled` stores scraped news articles and searches them, over gRPC.
//!
//! The rooms, in reading order: [`article`] the domain types; [`text`] folding and segmentation; [`parse`] from scraped
//! bytes to an article; [`container`] crawlers' file formats; [`query`] validated queries; [`keyword_index`] the inverted
//! index; [`store`] the storage trait and its engines; [`watch`] change notifications; [`rpc`] the wire; [`server`] the
//! listener and its layers; [`metrics`] what Prometheus reads; [`config`] every setting.

pub mod article;
mod background;
pub mod build_info;
pub mod clock;
mod clock_cache;
pub mod config;
pub mod container;
pub mod ingest;
pub mod keyword_index;
pub mod metrics;
pub mod parse;
pub mod query;
pub mod rpc;
mod run_blocking;
pub mod server;
pub mod store;
#[cfg(test)]
mod test_data;
pub mod text;
pub mod watch;
