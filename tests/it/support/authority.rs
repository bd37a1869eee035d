//! An authority that issues certificates, for tests of TLS.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tonic::transport::{Certificate, Identity};

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, in PEM.
pub(crate) struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// For a server on the loopback network.
    pub(crate) fn server(&self) -> Pair {
        self.issue(Self::params(&["localhost", "127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth))
    }

    /// For a client with this name.
    pub(crate) fn client(&self, name: &str) -> Pair {
        self.issue(Self::params(&[name], ExtendedKeyUsagePurpose::ClientAuth))
    }

    /// One whose time has passed.
    pub(crate) fn expired_client(&self, name: &str) -> Pair {
        self.issue(Self::expired(Self::params(&[name], ExtendedKeyUsagePurpose::ClientAuth)))
    }

    /// One whose time had passed long before the clock of these tests began.
    pub(crate) fn expired_server(&self) -> Pair {
        self.issue(Self::expired(Self::params(&["localhost", "127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth)))
    }

    pub(crate) fn certificate(&self) -> Certificate {
        Certificate::from_pem(&self.pem)
    }

    pub(crate) fn write(&self, path: &Path) {
        fs::write(path, &self.pem).expect("written");
    }

    fn params(names: &[&str], usage: ExtendedKeyUsagePurpose) -> CertificateParams {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.extended_key_usages = vec![usage];
        params
    }

    fn expired(mut params: CertificateParams) -> CertificateParams {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        params
    }

    fn issue(&self, params: CertificateParams) -> Pair {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Pair { certificate, key: key.serialize_pem() }
    }
}

impl Pair {
    pub(crate) fn identity(&self) -> Identity {
        Identity::from_pem(&self.certificate, &self.key)
    }

    /// Writes `NAME.pem` and `NAME.key` into a folder, and returns their paths.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let paths = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        fs::write(&paths.0, &self.certificate).expect("written");
        fs::write(&paths.1, &self.key).expect("written");
        paths
    }
}
