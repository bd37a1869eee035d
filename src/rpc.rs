//! The wire: what comes in is checked here, once, into the domain's types, and what goes out is converted here.

/// The generated code of the contract.
#[allow(clippy::all, missing_docs)]
pub mod proto {
    mod articled {
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

    /// The contract's descriptors, comments included.
    pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/articled_descriptor.bin"));
}
