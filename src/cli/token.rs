//! `articled token`: credentials for callers of a server.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use articled::config::Role;
use articled::server::NewToken;
use clap::{Args, Subcommand, ValueEnum};

use super::failure::Usage;
use super::output::Out;

/// Creates credentials for callers of a server.
#[derive(Args, Debug)]
pub(super) struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand, Debug)]
enum TokenCommand {
    New(New),
}

/// Creates a token and prints it. The token is not stored anywhere else.
///
/// The first line is the token, for the caller. The second line has the token's hash, for the file of `serve --tokens`.
#[derive(Args, Debug)]
struct New {
    /// The role of the token.
    #[arg(long, value_enum)]
    role: GivenRole,
    /// Appends the line with the hash to this file, and prints only the token.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A comment in the line, such as who has the token.
    #[arg(long, value_name = "TEXT", default_value = "")]
    comment: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum GivenRole {
    /// Reads articles, and parses documents without storing them.
    Reader,
    /// Also creates, changes and deletes articles.
    Writer,
    /// Also uses operations on the whole store.
    Admin,
}

impl From<GivenRole> for Role {
    fn from(role: GivenRole) -> Self {
        match role {
            GivenRole::Reader => Self::Reader,
            GivenRole::Writer => Self::Writer,
            GivenRole::Admin => Self::Admin,
        }
    }
}

impl Token {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let TokenCommand::New(new) = self.command;
        new.run()
    }
}

impl New {
    fn run(self) -> anyhow::Result<()> {
        if self.comment.chars().any(char::is_control) {
            return Err(Usage("--comment: it must be one line".to_owned()).into());
        }
        let token = NewToken::random().context("the system gives no random bytes")?;
        let mut line = format!("{} {}", Role::from(self.role), token.hash());
        if !self.comment.is_empty() {
            line += &format!(" # {}", self.comment);
        }
        let mut out = Out::new();
        if let Some(file) = &self.file {
            append(file, &line).with_context(|| format!("cannot write {}", file.display()))?;
            out.text(token.reveal())?;
        } else {
            out.text(token.reveal())?;
            out.text(&line)?;
        }
        out.flush()
    }
}

/// Appends a line with a single write, so that a server that reads the file at the same time sees all of it or nothing. A new
/// file is readable only by its owner.
fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let separator = if last == [b'\n'] { "" } else { "\n" };
    file.write_all(format!("{separator}{line}\n").as_bytes())?;
    file.sync_all()
}
