//! What TLS, tokens and traces cost a call: servers with each of these settings on one store, in alternating rounds.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use rcgen::{CertificateParams, KeyPair};
use tonic::transport::Certificate;

use crate::calls::{CONNECTIONS, IN_FLIGHT, REQUESTS, get_request};
use crate::corpus::Random;
use crate::load::{Clients, Credentials, Round, median};
use crate::options::Options;
use crate::process::{BARE_ARTICLES, Server, articled};
use crate::table::Table;

/// Nobody listens there: what is measured is the service's own part of tracing.
const COLLECTOR: &str = "http://127.0.0.1:9";

struct Setting {
    name: &'static str,
    flags: Vec<String>,
    credentials: Credentials,
}

pub(crate) async fn measure(options: &Options, database: &Path, table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite:{}", database.display());
    let mut servers = Vec::new();
    for Setting { name, mut flags, credentials } in settings(folder.path()) {
        // Several servers share the store.
        flags.push("--read-only".to_owned());
        let server = Server::with(&database, &flags, credentials.clone()).await;
        let clients = Clients::connect_with(server.address, CONNECTIONS, credentials).await;
        servers.push((name, server, clients, Vec::new()));
    }
    let articles = options.articles.min(BARE_ARTICLES);
    let mut random = Random(options.seed);
    let requests: Arc<Vec<Bytes>> = Arc::new((0..REQUESTS).map(|_| get_request(random.below(articles))).collect());
    for number in 0..=options.rounds {
        for (_, server, clients, rounds) in &mut servers {
            let requests = |_| Arc::clone(&requests);
            let round = clients.round(server, "GetArticle", IN_FLIGHT, options.round_time, requests).await;
            // A warm-up round, which fills caches.
            if number > 0 {
                rounds.push(round);
            }
        }
    }
    let plain: Vec<Round> = servers[0].3.clone();
    for (name, _, _, rounds) in &servers[1..] {
        let both = |figure: fn(&Round) -> f64| (median(&plain, figure), median(rounds, figure));
        let (without, with) = both(|round| round.cpu_us);
        table.limit(
            &format!("GetArticle, server's time on the cores, {name}; limit: without"),
            "µs",
            without,
            with,
            "",
        );
        let (without, with) = both(|round| round.per_second);
        table.limit(&format!("GetArticle, {name}; limit: without"), "/s", without, with, "");
    }
}

fn settings(folder: &Path) -> Vec<Setting> {
    let flag = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let file = |name: &str| folder.join(name).to_str().expect("a path").to_owned();
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let pair = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    let pem = params.self_signed(&pair).expect("a certificate").pem();
    std::fs::write(&certificate, &pem).expect("it is written");
    std::fs::write(&key, pair.serialize_pem()).expect("it is written");
    let tls = [flag("--tls-cert", &certificate), flag("--tls-key", &key)].concat();
    let authority = Some(Certificate::from_pem(pem));

    let tokens = file("tokens");
    let made = Command::new(articled()).args(["token", "new", "--role", "reader", "--file", &tokens]).output();
    let token = String::from_utf8(made.expect("a token").stdout).expect("a token");
    let authorization = format!("Bearer {}", token.trim()).parse().expect("a header");
    let traces = |one_in: u32| {
        let sent = flag("--set", &format!("telemetry.otlp_endpoint={COLLECTOR}"));
        [sent, flag("--set", &format!("telemetry.trace_one_in={one_in}"))].concat()
    };
    let none = Credentials::default;
    vec![
        Setting { name: "no setting", flags: Vec::new(), credentials: none() },
        Setting {
            name: "TLS",
            flags: tls.clone(),
            credentials: Credentials { authority: authority.clone(), authorization: None },
        },
        Setting {
            name: "TLS and tokens",
            flags: [&tls[..], &flag("--tokens", &tokens)].concat(),
            credentials: Credentials { authority, authorization: Some(authorization) },
        },
        Setting { name: "a trace of each call", flags: traces(1), credentials: none() },
        Setting { name: "a trace of one call in 100", flags: traces(100), credentials: none() },
    ]
}
