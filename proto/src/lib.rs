//! The contract of `articled` as Rust code: the messages, the client stub, the descriptors and the retry policy. Generated
//! from the `.proto` files next to it, whose comments are the documentation.
//!
//! Owns no behaviour: `articled-client` is the client that retries, pages and resumes; the service implements the server.

// Generated code has its generator's style.
#![allow(clippy::all, missing_docs)]

pub mod articled {
    pub mod v1 {
        tonic::include_proto!("articled.v1");
    }
}

pub mod google {
    pub mod r#type {
        tonic::include_proto!("google.r#type");
    }
}

pub use articled::v1::*;

/// The encoded file descriptor set of the contract, with comments.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/articled_descriptor.bin"));

/// Which methods a client may retry on which status, in gRPC's JSON format.
pub const SERVICE_CONFIG: &str = include_str!("../articled/v1/service_config.json");
