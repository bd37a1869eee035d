//! Generates the server traits from the descriptors of `articled-proto`, and records the commit.

use std::process::Command;
use std::{env, error::Error, fs};

use prost::Message;
use tonic_prost_build::manual;

/// Methods whose responses contain encoded articles, and the types of these responses. Articles that are only passed
/// through are neither decoded nor encoded again.
const ENCODED_RESPONSES: [(&str, &str); 4] = [
    ("GetArticle", "crate::rpc::encoded_response::EncodedArticleMessage"),
    ("BatchGetArticles", "crate::rpc::encoded_response::EncodedBatchGetResponse"),
    ("ListArticles", "crate::rpc::encoded_response::EncodedListResponse"),
    ("FilterArticles", "crate::rpc::encoded_response::EncodedFilterResponse"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-env=BUILT_COMMIT={}", commit());
    // articled-proto's build script has written it; a changed contract changes it.
    let descriptors = env::var("DEP_ARTICLED_PROTO_DESCRIPTORS")?;
    println!("cargo::rerun-if-changed={descriptors}");
    write_servers(&prost_types::FileDescriptorSet::decode(fs::read(descriptors)?.as_slice())?);
    Ok(())
}

/// The commit for `articled --version`: BUILD_COMMIT if set, for builds outside git such as a container's; else git's HEAD;
/// else "unknown". A debug build does not record it, because then each commit would recompile everything.
fn commit() -> String {
    println!("cargo::rerun-if-env-changed=BUILD_COMMIT");
    if let Ok(commit) = env::var("BUILD_COMMIT")
        && !commit.trim().is_empty()
    {
        return commit.trim().to_owned();
    }
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return "not recorded in debug builds".to_owned();
    }
    // HEAD changes with a checkout, its log with each commit. A path that does not exist would rerun this on every build.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|path| fs::exists(path).unwrap_or(false)) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|status| !status.is_empty());
    match git(&["rev-parse", "--short=12", "HEAD"]) {
        Some(commit) if changed => format!("{commit}, with changes"),
        Some(commit) => commit,
        None => "unknown".to_owned(),
    }
}

/// The output of git; `None` without git or outside a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}

/// Generates the server traits as tonic does, with the response types of [`ENCODED_RESPONSES`].
fn write_servers(files: &prost_types::FileDescriptorSet) {
    let mut services = Vec::new();
    for file in &files.file {
        for service in &file.service {
            let mut written = manual::Service::builder().name(service.name()).package(file.package());
            for method in &service.method {
                let encoded = ENCODED_RESPONSES.iter().find(|(name, _)| *name == method.name());
                let output = encoded.map_or_else(|| rust_type(method.output_type()), |(_, path)| (*path).to_owned());
                let builder = manual::Method::builder()
                    .name(snake_case(method.name()))
                    .route_name(method.name())
                    .input_type(rust_type(method.input_type()))
                    .output_type(output)
                    .codec_path("tonic_prost::ProstCodec");
                let builder = if method.client_streaming() { builder.client_streaming() } else { builder };
                let builder = if method.server_streaming() { builder.server_streaming() } else { builder };
                written = written.method(builder.build());
            }
            services.push(written.build());
        }
    }
    manual::Builder::new().build_client(false).compile(&services);
}

/// The path of a message type from within a server's module.
fn rust_type(message: &str) -> String {
    match message {
        ".google.protobuf.Empty" => "crate::rpc::encoded_response::Empty".to_owned(),
        message => format!("articled_proto::{}", message.rsplit('.').next().unwrap_or(message)),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
