//! What to try on a server that has loaded documents, for people who start one to look at it.

use std::net::SocketAddr;

use articled::config::Config;
use articled::server::Listeners;

/// Commands and the console, for the addresses of this server. `None` if a caller needs credentials or a certificate.
pub(super) fn next_steps(listeners: &Listeners, config: &Config) -> Option<String> {
    if config.tls_cert.is_some() || config.tokens.is_some() {
        return None;
    }
    let http = listeners.metrics.as_ref().and_then(|listener| listener.local_addr().ok());
    Some(steps(listeners.grpc.local_addr().ok()?, http))
}

fn steps(grpc: SocketAddr, http: Option<SocketAddr>) -> String {
    let server = if grpc == Config::default().listen { String::new() } else { format!(" --server http://{grpc}") };
    // By default the console is served on loopback addresses only.
    let console = http.filter(|address| address.ip().is_loopback());
    let console = console.map(|address| format!("; in a browser, http://{address}/console")).unwrap_or_default();
    format!("try in another terminal: `articled list{server}`, `articled filter WORD{server}`{console}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_name_what_differs_from_the_default() {
        let address = |text: &str| text.parse::<SocketAddr>().expect(text);
        let default = steps(Config::default().listen, Config::default().metrics_listen);
        let expected = "try in another terminal: `articled list`, `articled filter WORD`; in a browser, http://127.0.0.1:9464/console";
        assert_eq!(default, expected);
        let other = steps(address("127.0.0.1:7"), Some(address("192.0.2.1:8")));
        let server = "--server http://127.0.0.1:7";
        assert_eq!(
            other,
            format!("try in another terminal: `articled list {server}`, `articled filter WORD {server}`")
        );
    }
}
