//! The names in a client certificate, to which roles are assigned.
//!
//! Reads only certificates that the TLS handshake has verified.

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// A name in a certificate. Names of different kinds never match, because an authority that verifies one kind may let
/// applicants choose another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    CommonName(String),
    Dns(String),
    Uri(String),
    Email(String),
}

impl Subject {
    /// Reads `kind:name`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(':')?;
        if name.is_empty() {
            return None;
        }
        match kind {
            "cn" => Some(Self::CommonName(name.to_owned())),
            "dns" => Some(Self::dns(name)),
            "uri" => Some(Self::Uri(name.to_owned())),
            "email" => Some(Self::Email(name.to_owned())),
            _ => None,
        }
    }

    /// Host names are case-insensitive (RFC 4343).
    fn dns(name: &str) -> Self {
        Self::Dns(name.to_ascii_lowercase())
    }

    /// The names in a certificate.
    pub(crate) fn all_of(certificate: &[u8]) -> Vec<Self> {
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return Vec::new() };
        let common_names = certificate.subject().iter_common_name();
        let mut subjects: Vec<Self> =
            common_names.filter_map(|name| Some(Self::CommonName(name.as_str().ok()?.to_owned()))).collect();
        let names = certificate.subject_alternative_name().ok().flatten();
        for name in names.iter().flat_map(|extension| &extension.value.general_names) {
            match name {
                GeneralName::DNSName(name) => subjects.push(Self::dns(name)),
                GeneralName::URI(name) => subjects.push(Self::Uri((*name).to_owned())),
                GeneralName::RFC822Name(name) => subjects.push(Self::Email((*name).to_owned())),
                _ => {}
            }
        }
        subjects
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    #[test]
    fn reads_each_kind_of_name() {
        let mut params = CertificateParams::new(vec!["Search.Example".to_owned()]).expect("names");
        params.distinguished_name.push(DnType::CommonName, "新聞 importer");
        params.subject_alt_names.push(SanType::URI("spiffe://cluster.example/search".try_into().expect("ASCII")));
        params.subject_alt_names.push(SanType::Rfc822Name("ops@mail.example".try_into().expect("ASCII")));
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        let mut expected: Vec<Subject> =
            ["cn:新聞 importer", "dns:search.example", "uri:spiffe://cluster.example/search", "email:ops@mail.example"]
                .into_iter()
                .filter_map(Subject::parse)
                .collect();
        let mut found = Subject::all_of(certificate.der());
        let key = |subject: &Subject| format!("{subject:?}");
        expected.sort_by_key(key);
        found.sort_by_key(key);
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_certificate_has_no_name() {
        assert_eq!(Subject::all_of(b"none"), []);
    }

    #[test]
    fn a_subject_has_a_kind_and_a_name() {
        for bad in ["", "cn", "cn:", ":a", "ou:a", "CN:a"] {
            assert_eq!(Subject::parse(bad), None, "{bad}");
        }
    }
}
