//! docs/errors.md lists every reason that the code can return.

use std::fs;
use std::path::Path;

const FOLDERS: [&str; 3] = ["src/rpc", "src/server", "src/server/json"];

#[test]
fn every_reason_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documented = fs::read_to_string(root.join("docs/errors.md")).expect("it is there");
    let mut found = 0;
    for folder in FOLDERS {
        for entry in fs::read_dir(root.join(folder)).expect("a folder").flatten() {
            // Codes are named in the metrics as gRPC names them.
            if !entry.path().is_file() || entry.file_name() == "call_metrics.rs" {
                continue;
            }
            let text = fs::read_to_string(entry.path()).expect("a source file");
            // Tests name what parsers report.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            // The variables of the build, such as the version, are no reasons.
            let code = code.replace("env!(\"", "env!(\"variable ");
            for reason in code.split('"').skip(1).step_by(2).filter(|text| is_reason(text)) {
                found += 1;
                let place = entry.path().display().to_string();
                assert!(documented.contains(&format!("`{reason}`")), "{place}: {reason} is not in docs/errors.md");
            }
        }
    }
    assert!(found > 30, "only {found} reasons were found");
}

fn is_reason(text: &str) -> bool {
    // Cargo's own variables, such as the version, are read with `env!`.
    text.len() >= 8 && !text.starts_with("CARGO_") && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}
