//! Compiles the contract without a system protoc, and keeps its descriptors, comments included, for reflection.

use std::path::PathBuf;
use std::{env, error::Error, fs};

use prost::Message;

const PROTO_ROOT: &str = "proto";
const CONTRACT: [&str; 2] = ["articled/v1/article.proto", "articled/v1/article_service.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTO_ROOT}");
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);

    let mut compiler = protox::Compiler::new([PROTO_ROOT])?;
    compiler.include_source_info(true).include_imports(true).open_files(CONTRACT)?;

    // Written as protox encodes it: prost's own descriptor types would lose the custom options of google.api.
    fs::write(out_dir.join("articled_descriptor.bin"), compiler.encode_file_descriptor_set())?;

    // No code is needed for google.api, whose options only speak to people and tools.
    let mut files = prost_types::FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice())?;
    files.file.retain(|file| file.package() != "google.api");
    for file in &mut files.file {
        file.dependency.retain(|dependency| !dependency.starts_with("google/api/"));
        // Their indices point into `dependency`.
        file.public_dependency.clear();
        file.weak_dependency.clear();
    }
    tonic_prost_build::configure()
        .bytes(".articled.v1.RawDocument.content")
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .build_client(true)
        .compile_fds(files)?;
    Ok(())
}
