//! Compiles the contract without a system protoc, and writes its descriptors, with comments, for reflection.

use std::path::PathBuf;
use std::{env, error::Error, fs};

use prost::Message;

/// The contract, and the messages of error details, so that clients of reflection can print the details of a status.
const CONTRACT: [&str; 3] = ["articled/v1/article.proto", "articled/v1/article_service.proto", ERROR_DETAILS];
const ERROR_DETAILS: &str = "google/rpc/error_details.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=articled");
    println!("cargo::rerun-if-changed=google");
    let descriptors = PathBuf::from(env::var("OUT_DIR")?).join("articled_descriptor.bin");

    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(CONTRACT)?;

    // Encoded by protox, because prost's descriptor types would lose the custom options of google.api.
    fs::write(&descriptors, compiler.encode_file_descriptor_set())?;
    // Build scripts of dependent packages read it as DEP_ARTICLED_PROTO_DESCRIPTORS.
    println!("cargo::metadata=DESCRIPTORS={}", descriptors.display());

    // No code is needed for google.api, whose options are only for people and tools, nor for error details, which
    // tonic-types has.
    let mut files = prost_types::FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())?;
    files.file.retain(|file| file.package() != "google.api" && file.name() != ERROR_DETAILS);
    for file in &mut files.file {
        file.dependency.retain(|dependency| !dependency.starts_with("google/api/"));
        // These are indices into `dependency`.
        file.public_dependency.clear();
        file.weak_dependency.clear();
    }
    tonic_prost_build::configure()
        .bytes(".articled.v1.RawDocument.content")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        // The service generates its own, with response types that hold encoded articles.
        .build_server(false)
        .compile_fds(files)?;
    Ok(())
}
