//! The file of credentials: which token, and which subject of a client's certificate, has which role.
//!
//! A line is a role, white space, and a key: `sha256:` and the hash of a token, or a name in a certificate, as `cn:`, `dns:`,
//! `uri:` or `email:` and the name. `#` at the start of a line, or after white space, begins a comment. No error quotes the
//! file: a token that was put there by mistake must not come into a log.

use std::str::FromStr;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::subject::Subject;
use super::token::TokenHash;
use crate::config::Role;

/// The role of a credential, until it is revoked.
#[derive(Debug)]
pub(crate) struct Grant {
    pub role: Role,
    /// Cancelled when the file no longer has this credential with this role.
    pub revoked: CancellationToken,
}

/// The current credentials.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    key: Key,
    grant: Arc<Grant>,
}

#[derive(Debug)]
enum Key {
    Token(TokenHash),
    Subject(Subject),
}

/// Why a credentials file is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadCredentials {
    #[error("it is not UTF-8")]
    NotText,
    #[error("it has no credential; `articled token new --role reader` makes one")]
    Empty,
    #[error("line {line}: the first word must be a role: reader, writer or admin")]
    Role { line: usize },
    #[error(
        "line {line}: after the role must come sha256: and the 64 digits of a token's hash, or a certificate's name after \
         cn:, dns:, uri: or email:"
    )]
    Key { line: usize },
    #[error("line {line}: line {earlier} has the same credential")]
    Repeated { line: usize, earlier: usize },
}

impl Credentials {
    /// Reads a file's contents.
    pub(crate) fn read(contents: &[u8]) -> Result<Self, BadCredentials> {
        let text = std::str::from_utf8(contents).map_err(|_| BadCredentials::NotText)?;
        // Some Windows editors write a byte-order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut entries: Vec<Entry> = Vec::new();
        let mut lines: Vec<usize> = Vec::new();
        for (index, text) in text.lines().enumerate() {
            let line = index + 1;
            let Some(entry) = read_line(text, line)? else { continue };
            if let Some(at) = entries.iter().position(|earlier| earlier.key.is(&entry.key)) {
                return Err(BadCredentials::Repeated { line, earlier: lines[at] });
            }
            entries.push(entry);
            lines.push(line);
        }
        // A file that is being written, or is truncated, must not lock out every caller.
        if entries.is_empty() { Err(BadCredentials::Empty) } else { Ok(Self { entries }) }
    }

    /// The role of a token. Compares with every entry, so that the time reveals nothing about the file.
    pub(super) fn of_token(&self, hash: &TokenHash) -> Option<&Arc<Grant>> {
        let mut found = None;
        for entry in &self.entries {
            if let Key::Token(known) = &entry.key
                && known.matches(hash)
            {
                found = Some(&entry.grant);
            }
        }
        found
    }

    /// The highest role of these subjects.
    pub(super) fn of_subjects(&self, subjects: &[Subject]) -> Option<&Arc<Grant>> {
        let known = self.entries.iter().filter(|entry| match &entry.key {
            Key::Subject(subject) => subjects.contains(subject),
            Key::Token(_) => false,
        });
        known.map(|entry| &entry.grant).max_by_key(|grant| grant.role)
    }

    /// Keeps unchanged credentials of the previous file, and revokes its others.
    pub(crate) fn replace(mut self, before: &Self) -> Self {
        for old in &before.entries {
            let same = self.entries.iter_mut().find(|new| new.key.is(&old.key) && new.grant.role == old.grant.role);
            match same {
                Some(new) => new.grant = Arc::clone(&old.grant),
                None => old.grant.revoked.cancel(),
            }
        }
        self
    }
}

impl Key {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token(hash), Self::Token(other)) => hash.matches(other),
            (Self::Subject(subject), Self::Subject(other)) => subject == other,
            (Self::Token(_), Self::Subject(_)) | (Self::Subject(_), Self::Token(_)) => false,
        }
    }
}

fn read_line(text: &str, line: usize) -> Result<Option<Entry>, BadCredentials> {
    let text = without_comment(text).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (role, key) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let role = Role::from_str(role).map_err(|_| BadCredentials::Role { line })?;
    let key = key.trim();
    let token = || TokenHash::parse(key).map(Key::Token);
    let subject = || Subject::parse(key).map(Key::Subject);
    let key = token().or_else(subject).ok_or(BadCredentials::Key { line })?;
    Ok(Some(Entry { key, grant: Arc::new(Grant { role, revoked: CancellationToken::new() }) }))
}

fn without_comment(text: &str) -> &str {
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    text.match_indices('#').map(|(at, _)| at).find(|&at| begins(at)).map_or(text, |at| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::super::token::NewToken;
    use super::*;

    fn read(text: &str) -> Result<Credentials, BadCredentials> {
        Credentials::read(text.as_bytes())
    }

    fn role_of(credentials: &Credentials, token: &NewToken) -> Option<Role> {
        credentials.of_token(&token.hash()).map(|grant| grant.role)
    }

    fn subject(text: &str) -> Subject {
        Subject::parse(text).expect(text)
    }

    #[test]
    fn finds_roles_by_token_and_by_subject() {
        let token = NewToken::random().expect("random bytes");
        let text = format!(
            "\u{feff}# who may what\r\n\r\n writer\t{}  # the importer\r\nreader cn:News Search # of the site\nadmin dns:ops.example",
            token.hash()
        );
        let credentials = read(&text).expect("valid");
        assert_eq!(role_of(&credentials, &token), Some(Role::Writer));
        assert_eq!(role_of(&credentials, &NewToken::random().expect("random bytes")), None);
        let of = |subjects: &[&str]| {
            let subjects: Vec<Subject> = subjects.iter().map(|text| subject(text)).collect();
            credentials.of_subjects(&subjects).map(|grant| grant.role)
        };
        assert_eq!(of(&["cn:News Search"]), Some(Role::Reader));
        assert_eq!(of(&["cn:News Search", "dns:ops.example"]), Some(Role::Admin));
        assert_eq!(of(&["cn:ops.example", "dns:News Search"]), None, "a name counts only as the kind that it is");
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_bad_file_is_refused_by_line_and_not_quoted() {
        let hash = NewToken::random().expect("random bytes").hash();
        let check = |text: &str, expected: BadCredentials| {
            assert_eq!(read(text).expect_err(text), expected);
        };
        check("", BadCredentials::Empty);
        check("# nothing\n\n", BadCredentials::Empty);
        check(&format!("root {hash}"), BadCredentials::Role { line: 1 });
        check(&format!("\n{hash} reader"), BadCredentials::Role { line: 2 });
        check("reader", BadCredentials::Key { line: 1 });
        check("reader sha256:12", BadCredentials::Key { line: 1 });
        check("reader cn:", BadCredentials::Key { line: 1 });
        check(&format!("reader {hash} and more"), BadCredentials::Key { line: 1 });
        check(&format!("reader {hash}\nwriter {hash}"), BadCredentials::Repeated { line: 2, earlier: 1 });
        // What is left of a line when the file was cut in the midst of it.
        let text = format!("reader {hash}");
        for end in 7..text.len() {
            check(&text[..end], BadCredentials::Key { line: 1 });
        }
        assert_eq!(Credentials::read(b"reader \xff").expect_err("not text"), BadCredentials::NotText);
        let secret = NewToken::random().expect("random bytes");
        let error = read(&format!("reader {}", secret.reveal())).expect_err("no hash").to_string();
        assert!(!error.contains(secret.reveal()), "{error}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, line in "(reader|writer|root)? ?(sha256:[0-9a-f]{0,70}|cn:.*|.*) ?#?.*") {
            _ = Credentials::read(&bytes);
            _ = Credentials::read(line.as_bytes());
        }
    }

    #[test]
    fn what_stays_is_not_revoked() {
        let [stays, goes, falls] = [(); 3].map(|()| NewToken::random().expect("random bytes"));
        let first =
            read(&format!("reader {}\nreader {}\nwriter {}", stays.hash(), goes.hash(), falls.hash())).expect("valid");
        let held = [&stays, &goes, &falls].map(|token| Arc::clone(first.of_token(&token.hash()).expect("known")));
        let second = read(&format!("reader {}\nreader {}", falls.hash(), stays.hash())).expect("valid").replace(&first);
        assert_eq!(held.map(|grant| grant.revoked.is_cancelled()), [false, true, true]);
        let third = read(&format!("reader {}", falls.hash())).expect("valid").replace(&second);
        assert!(!third.of_token(&falls.hash()).expect("known").revoked.is_cancelled());
        assert_eq!(role_of(&third, &stays), None);
    }
}
