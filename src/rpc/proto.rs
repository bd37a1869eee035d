//! The contract's messages and descriptors, and the server trait that build.rs generates.

pub use articled_proto::*;

/// The server trait, whose response types hold encoded articles.
// Generated code has its generator's style.
#[allow(clippy::all, missing_docs)]
mod server {
    include!(concat!(env!("OUT_DIR"), "/articled.v1.ArticleService.rs"));
}

pub use server::article_service_server;
