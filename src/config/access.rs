//! Roles of callers, and the settings that require a role.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a caller may do. Each role includes the previous ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads articles, and parses documents without storing them.
    Reader,
    /// Also creates, changes and deletes articles.
    Writer,
    /// Also uses operations on the whole store.
    Admin,
}

impl Role {
    /// All roles, lowest first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Writer, Self::Admin];

    /// The role's name in files, settings and errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An invalid role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is reader, writer or admin")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// Who may use an optional part of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Exposure {
    /// The part is not served.
    Off,
    /// Callers of this role or a higher one; every caller, if the server asks for no credentials.
    Role(Role),
    /// Every caller, with or without credentials.
    Anyone,
}

/// An invalid value of [`Exposure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is off, reader, writer, admin or anyone")]
pub struct UnknownExposure;

impl FromStr for Exposure {
    type Err = UnknownExposure;

    fn from_str(text: &str) -> Result<Self, UnknownExposure> {
        match text {
            "off" | "false" => Ok(Self::Off),
            "true" => Ok(Self::Role(Role::Reader)),
            "anyone" => Ok(Self::Anyone),
            role => role.parse().map(Self::Role).map_err(|UnknownRole| UnknownExposure),
        }
    }
}

impl TryFrom<String> for Exposure {
    type Error = UnknownExposure;

    fn try_from(text: String) -> Result<Self, UnknownExposure> {
        text.parse()
    }
}

impl From<Exposure> for String {
    fn from(exposure: Exposure) -> Self {
        exposure.to_string()
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => formatter.write_str("off"),
            Self::Role(role) => role.fmt(formatter),
            Self::Anyone => formatter.write_str("anyone"),
        }
    }
}

/// Whether the HTTP listener also serves gRPC-Web, for programs in a browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Web {
    /// Never.
    Off,
    /// If the listener is on a loopback address, for pages of this machine.
    #[default]
    Loopback,
    /// Always.
    On,
}

impl Web {
    /// The name of the value in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Loopback => "loopback",
            Self::On => "on",
        }
    }
}

/// Whether a connection needs a certificate of `client_ca`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    /// A connection without one is refused in the handshake.
    #[default]
    Required,
    /// A connection may have no certificate; its calls then need a token.
    Optional,
}

impl ClientCertificates {
    /// The name of the value in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_role_may_do_what_a_lower_one_may() {
        assert!(Role::Reader < Role::Writer && Role::Writer < Role::Admin);
    }

    #[test]
    fn words_round_trip() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        for exposure in [Exposure::Off, Exposure::Role(Role::Writer), Exposure::Anyone] {
            assert_eq!(exposure.to_string().parse(), Ok(exposure));
        }
        assert_eq!("Admin".parse::<Role>(), Err(UnknownRole));
        assert_eq!("on".parse::<Exposure>(), Err(UnknownExposure));
        // As it was before there were roles.
        assert_eq!("true".parse(), Ok(Exposure::Role(Role::Reader)));
        assert_eq!("false".parse(), Ok(Exposure::Off));
    }
}
