//! The generated code of the contract, and its descriptors.

// Generated code follows its generator's style, not ours.
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

/// The contract's descriptors, comments included.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/articled_descriptor.bin"));
