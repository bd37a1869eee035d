//! Generated code and descriptors of the contract in `proto/`.

// Generated code has its generator's style.
#![allow(clippy::all, missing_docs)]

mod articled {
    pub(crate) mod v1 {
        tonic::include_proto!("articled.v1");
        include!(concat!(env!("OUT_DIR"), "/articled.v1.ArticleService.rs"));
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
