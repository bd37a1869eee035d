//! `articled` keeps scraped news articles and searches them, over gRPC.
//!
//! The rooms, in reading order: [`article`] what an article is; [`text`] how text is compared; [`parse`] from scraped
//! bytes to an article; [`container`] what crawlers write; [`query`] what a reader asks; [`keyword_index`] which articles
//! contain a term; [`store`] where articles rest;
//! [`watch`] who is told of changes; [`rpc`] the wire; [`server`] the listener and what protects it; [`config`] every
//! setting.

pub mod article;
mod background;
pub mod clock;
mod clock_cache;
pub mod config;
pub mod container;
pub mod ingest;
pub mod keyword_index;
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
