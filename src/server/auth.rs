//! Authentication and authorization: the credentials of a call, their role, and the role that the method needs.
//!
//! Decides before the request is read and before any article is looked up, so that a caller without the role learns nothing
//! of what exists. A server without a file of credentials asks for none: each caller that gets a connection may do all.

mod credentials;
mod rules;
mod subject;
mod token;

use std::sync::Arc;

use http::{HeaderMap, header};
use tokio::sync::watch;
use tonic::Status;

pub(crate) use self::credentials::{Credentials, Grant};
pub(crate) use self::subject::Subject;
pub use self::token::{NewToken, TokenHash};
use crate::config::{Exposure, Role};
use crate::rpc::status::{forbidden_status, role_status, unauthenticated_status};

/// Decides which calls are authorized.
pub(crate) struct Authority {
    reflection: Exposure,
    /// `None` if the server does not authenticate callers.
    credentials: Option<watch::Receiver<Arc<Credentials>>>,
}

/// The caller of an authorized call; `None` without authentication.
pub(crate) type Caller = Option<Arc<Grant>>;

/// Why a call is not authorized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// Neither a token nor a certificate.
    Missing,
    /// The header does not have the form `Bearer TOKEN`, or occurs twice.
    Malformed,
    /// No token of the file.
    UnknownToken,
    /// The caller is known, and its role is too low; a certificate may have none.
    Role { needed: Role, has: Option<Role> },
    /// No caller may call the method.
    NoRule,
}

impl Authority {
    pub(crate) fn new(reflection: Exposure, credentials: Option<watch::Receiver<Arc<Credentials>>>) -> Self {
        Self { reflection, credentials }
    }

    /// Whether a call of the method at `/service/method` may begin. A method that is not served needs the
    /// lowest role, so that unknown callers do not learn which methods exist.
    pub(crate) fn admit(
        &self,
        path: &str,
        is_served: bool,
        headers: &HeaderMap,
        subjects: &[Subject],
    ) -> Result<Caller, Denial> {
        let (service, method) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
        let needed = match rules::rule(service, method, self.reflection) {
            Some(Exposure::Anyone) => return Ok(None),
            Some(Exposure::Role(role)) => role,
            // Learning that a method does not exist needs the lowest role.
            None if !is_served => Role::Reader,
            None | Some(Exposure::Off) => return Err(Denial::NoRule),
        };
        self.admit_role(needed, headers, subjects)
    }

    /// Whether a caller has a role.
    pub(crate) fn admit_role(&self, needed: Role, headers: &HeaderMap, subjects: &[Subject]) -> Result<Caller, Denial> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        let credentials = credentials.borrow();
        let grant = match bearer(headers)? {
            Some(token) => {
                let hash = TokenHash::of_presented(token).ok_or(Denial::UnknownToken)?;
                Some(credentials.of_token(&hash).ok_or(Denial::UnknownToken)?)
            }
            None if subjects.is_empty() => return Err(Denial::Missing),
            None => credentials.of_subjects(subjects),
        };
        match grant {
            Some(grant) if grant.role >= needed => Ok(Some(Arc::clone(grant))),
            _ => Err(Denial::Role { needed, has: grant.map(|grant| grant.role) }),
        }
    }
}

/// The token of `authorization: Bearer TOKEN` (RFC 6750, section 2.1). The scheme's case does not count (RFC 9110, section
/// 11.1).
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    // With two headers, a proxy in front may have checked the other one.
    if values.next().is_some() {
        return Err(Denial::Malformed);
    }
    let text = value.to_str().map_err(|_| Denial::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(Denial::Malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Denial::Malformed);
    }
    Ok(Some(token.trim_matches(' ')))
}

impl From<Denial> for Status {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Missing => {
                unauthenticated_status("CREDENTIALS_MISSING", "this call needs a token: authorization: Bearer TOKEN")
            }
            Denial::Malformed => unauthenticated_status(
                "CREDENTIALS_MALFORMED",
                "the header authorization must be there once, as: Bearer TOKEN",
            ),
            Denial::UnknownToken => unauthenticated_status("TOKEN_UNKNOWN", "the server does not know this token"),
            Denial::Role { needed, has } => role_status(needed.as_str(), has.map_or("none", Role::as_str)),
            Denial::NoRule => forbidden_status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const GET: &str = "/articled.v1.ArticleService/GetArticle";
    const DELETE: &str = "/articled.v1.ArticleService/DeleteArticle";
    const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

    fn authority(file: &str, reflection: Exposure) -> Authority {
        let credentials = Credentials::read(file.as_bytes()).expect("valid");
        // The value stays after its sender is gone.
        Authority::new(reflection, Some(watch::channel(Arc::new(credentials)).1))
    }

    fn with(values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_str(value).expect("a value")));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        headers
    }

    fn role(caller: Result<Caller, Denial>) -> Result<Option<Role>, Denial> {
        caller.map(|caller| caller.map(|grant| grant.role))
    }

    #[test]
    fn a_token_lets_in_up_to_its_role() {
        let token = NewToken::random().expect("random bytes");
        let authority = authority(&format!("reader {}", token.hash()), Exposure::Off);
        let reader = with(&[&format!("Bearer {}", token.reveal())]);
        assert_eq!(role(authority.admit(GET, true, &reader, &[])), Ok(Some(Role::Reader)));
        let denied = Denial::Role { needed: Role::Writer, has: Some(Role::Reader) };
        assert_eq!(role(authority.admit(DELETE, true, &reader, &[])), Err(denied));
        assert_eq!(role(authority.admit(GET, true, &HeaderMap::new(), &[])), Err(Denial::Missing));
        let stranger = with(&[&format!("Bearer {}", NewToken::random().expect("random bytes").reveal())]);
        assert_eq!(role(authority.admit(GET, true, &stranger, &[])), Err(Denial::UnknownToken));
        assert_eq!(role(authority.admit("/grpc.health.v1.Health/Check", true, &stranger, &[])), Ok(None));
    }

    #[test]
    fn the_header_is_read_as_its_rfc_says() {
        let token = NewToken::random().expect("random bytes");
        let authority = authority(&format!("reader {}", token.hash()), Exposure::Off);
        let token = token.reveal();
        let check = |values: &[&str], expected: Result<Option<Role>, Denial>| {
            assert_eq!(role(authority.admit(GET, true, &with(values), &[])), expected, "{values:?}");
        };
        for good in ["Bearer ", "bearer ", "BEARER ", "Bearer   "] {
            check(&[&format!("{good}{token}")], Ok(Some(Role::Reader)));
        }
        check(&[&format!("Bearer {token} ")], Ok(Some(Role::Reader)));
        for malformed in [token.to_owned(), format!("Basic {token}"), format!("Bearer\t{token}"), String::new()] {
            check(&[&malformed], Err(Denial::Malformed));
        }
        let twice = format!("Bearer {token}");
        check(&[&twice, &twice], Err(Denial::Malformed));
        for unknown in [
            format!("Bearer {token}, Bearer {token}"),
            format!("Bearer {}", token.to_uppercase()),
            "Bearer ".to_owned(),
        ] {
            check(&[&unknown], Err(Denial::UnknownToken));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_other_header_lets_in(value in "[ -~\t\u{80}-\u{ff}]{0,80}") {
            let authority = authority("admin dns:a.example", Exposure::Off);
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).expect("printable"));
            proptest::prop_assert!(authority.admit(GET, true, &headers, &[]).is_err());
        }
    }

    #[test]
    fn a_certificate_lets_in_without_a_token_and_a_wrong_token_does_not_fall_back_to_it() {
        let authority = authority("writer dns:import.example", Exposure::Off);
        let subject = |text: &str| [Subject::parse(text).expect(text)];
        let writer = subject("dns:import.example");
        assert_eq!(role(authority.admit(DELETE, true, &HeaderMap::new(), &writer)), Ok(Some(Role::Writer)));
        let other = subject("dns:other.example");
        let denied = Denial::Role { needed: Role::Reader, has: None };
        assert_eq!(role(authority.admit(GET, true, &HeaderMap::new(), &other)), Err(denied));
        let wrong = with(&["Bearer wrong"]);
        assert_eq!(role(authority.admit(GET, true, &wrong, &writer)), Err(Denial::UnknownToken));
    }

    #[test]
    fn what_is_not_served_needs_a_known_caller_and_what_has_no_rule_lets_nobody_in() {
        let token = NewToken::random().expect("random bytes");
        let admin = with(&[&format!("Bearer {}", token.reveal())]);
        let authority = authority(&format!("admin {}", token.hash()), Exposure::Off);
        for path in ["/a.B/C", "/", "", "/articled.v1.ArticleService/NoMethod"] {
            assert_eq!(role(authority.admit(path, false, &HeaderMap::new(), &[])), Err(Denial::Missing), "{path}");
            assert_eq!(role(authority.admit(path, false, &admin, &[])), Ok(Some(Role::Admin)), "{path}");
            assert_eq!(role(authority.admit(path, true, &admin, &[])), Err(Denial::NoRule), "{path}");
        }
        assert_eq!(role(authority.admit(REFLECTION, false, &HeaderMap::new(), &[])), Err(Denial::Missing));
    }

    #[test]
    fn without_a_file_no_credentials_are_asked_for() {
        let authority = Authority::new(Exposure::Role(Role::Reader), None);
        for path in [GET, DELETE, REFLECTION] {
            assert_eq!(role(authority.admit(path, true, &with(&["Bearer wrong"]), &[])), Ok(None));
        }
        assert_eq!(role(authority.admit("/a.B/C", true, &HeaderMap::new(), &[])), Err(Denial::NoRule));
    }
}
