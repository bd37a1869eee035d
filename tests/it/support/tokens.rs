//! A file of tokens, and calls with a token.

use std::fs;
use std::path::PathBuf;

use articled::config::{Config, Role};
use articled::server::NewToken;
use tempfile::TempDir;
use tonic::metadata::AsciiMetadataValue;
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// A file with one token of each role.
pub(crate) struct Tokens {
    folder: TempDir,
    tokens: [NewToken; 3],
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let tokens = Role::ALL.map(|_| new_token());
        let file = Self { folder: tempfile::tempdir().expect("a folder"), tokens };
        file.write(&Role::ALL.map(|role| file.line(role)).join("\n"));
        file
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("tokens")
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.path(), text).expect("written");
    }

    fn token(&self, role: Role) -> &NewToken {
        &self.tokens[role as usize]
    }

    pub(crate) fn line(&self, role: Role) -> String {
        format!("{role} {}", self.token(role).hash())
    }

    pub(crate) fn reveal(&self, role: Role) -> &str {
        self.token(role).reveal()
    }

    /// What puts the token of a role into each call.
    pub(crate) fn bearer(&self, role: Role) -> Bearer {
        Bearer::new(self.reveal(role))
    }

    /// The settings of a server with this file, which it looks at often.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config { tokens: Some(self.path()), ..Config::default() };
        config.credentials.poll_interval_ms = 10;
        config.feed.checkpoint_interval_ms = 10;
        config
    }
}

pub(crate) fn new_token() -> NewToken {
    NewToken::random().expect("random bytes")
}

#[derive(Clone)]
pub(crate) struct Bearer(AsciiMetadataValue);

impl Bearer {
    pub(crate) fn new(token: &str) -> Self {
        Self(format!("Bearer {token}").parse().expect("a header"))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}
