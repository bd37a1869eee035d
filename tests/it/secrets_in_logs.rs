//! What the log of a real server does not have: secrets, and the text of articles.

use articled::config::Role;
use articled::rpc::proto::article_service_client::ArticleServiceClient;
use articled::rpc::proto::{
    Article, CreateArticleRequest, DeleteArticleRequest, FilterArticlesRequest, GetArticleRequest,
    ImportArticlesRequest, IngestArticleRequest, KeywordFilter, ListArticlesRequest, ParseArticleRequest, RawDocument,
    ReparseArticleRequest, UpdateArticleRequest, import_articles_request::Item,
};
use tonic::transport::{Channel, ClientTlsConfig};

use crate::support::program::Program;
use crate::support::{Authority, Bearer, Tokens, document, given, new_token};

const HEADLINE: &str = "密雲橋通車";
const BODY: &str = "這是正文甲乙丙，不得見於日誌。";
const KEYWORD: &str = "不得見於";
const LABEL: &str = "label-of-the-caller";

/// Calls all that takes or gives an article, well and badly, by callers of each role and strangers.
async fn call_everything(channel: Channel, tokens: &Tokens) {
    let text = format!("{HEADLINE}\n{BODY}");
    for role in Role::ALL {
        let mut client = ArticleServiceClient::with_interceptor(channel.clone(), tokens.bearer(role));
        let mut raw: RawDocument = document(text.clone());
        raw.labels.insert(LABEL.to_owned(), LABEL.to_owned());
        let ingest = IngestArticleRequest { document: Some(raw.clone()), ..Default::default() };
        let name =
            client.ingest_article(ingest).await.ok().and_then(|it| it.into_inner().article).unwrap_or_default().name;
        _ = client.parse_article(ParseArticleRequest { document: Some(raw), ..Default::default() }).await;
        let article = Some(given(HEADLINE, BODY));
        let create =
            CreateArticleRequest { article: article.clone(), article_id: "a".to_owned(), ..Default::default() };
        _ = client.create_article(create.clone()).await;
        // Refusals quote what they refuse.
        let bad = Article { language_code: HEADLINE.to_owned(), name: BODY.to_owned(), ..given(HEADLINE, BODY) };
        _ = client.create_article(CreateArticleRequest { article: Some(bad.clone()), ..create }).await;
        _ = client.update_article(UpdateArticleRequest { article: Some(bad), ..Default::default() }).await;
        _ = client.get_article(GetArticleRequest { name: name.clone(), ..Default::default() }).await;
        _ = client.get_article(GetArticleRequest { name: BODY.to_owned(), ..Default::default() }).await;
        _ = client.list_articles(ListArticlesRequest { filter: format!("{BODY} AND ("), ..Default::default() }).await;
        let keywords = KeywordFilter { all: vec![KEYWORD.to_owned()], ..Default::default() };
        _ = client.filter_articles(FilterArticlesRequest { keywords: Some(keywords), ..Default::default() }).await;
        let item = ImportArticlesRequest {
            sequence: 1,
            item: Some(Item::Document(document(text.clone()))),
            ..Default::default()
        };
        if let Ok(answers) = client.import_articles(futures::stream::iter([item])).await {
            _ = answers.into_inner().message().await;
        }
        _ = client.reparse_article(ReparseArticleRequest { name: name.clone() }).await;
        _ = client.delete_article(DeleteArticleRequest { name, ..Default::default() }).await;
    }
}

async fn log_of(level: &str) -> (Vec<String>, Vec<String>) {
    let tokens = Tokens::new();
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let pair = authority.server();
    let (certificate, key) = pair.write(folder.path(), "server");
    let paths = [certificate, key, tokens.path()].map(|path| path.display().to_string());
    let settings =
        ["--tls-cert", &paths[0], "--tls-key", &paths[1], "--tokens", &paths[2], "--metrics-listen", "127.0.0.1:0"];
    let (mut program, address) = Program::start_with(&folder.path().join("a.db"), level, &settings).await;
    let tls = ClientTlsConfig::new().ca_certificate(authority.certificate());
    let endpoint = Channel::from_shared(format!("https://{address}")).expect("an address").tls_config(tls);
    let channel = endpoint.expect("certificates").connect().await.expect("it listens");
    call_everything(channel.clone(), &tokens).await;
    let stranger = new_token();
    let mut nobody = ArticleServiceClient::with_interceptor(channel.clone(), Bearer::new(stranger.reveal()));
    nobody.get_article(GetArticleRequest::default()).await.expect_err("not known");
    // A token where its hash should be.
    tokens.write(&format!("reader {}", stranger.reveal()));
    program.signal("HUP");
    program.says("stays in use").await;
    let mut secrets = Role::ALL.map(|role| tokens.reveal(role).to_owned()).to_vec();
    secrets.extend([stranger.reveal().to_owned(), key_body(&pair.key)]);
    (program.stop().await, secrets)
}

/// A line of a key's PEM.
fn key_body(pem: &str) -> String {
    pem.lines().nth(1).expect("base64").to_owned()
}

#[track_caller]
fn assert_absent(log: &[String], secret: &str) {
    let found: Vec<&String> = log.iter().filter(|line| line.contains(secret)).collect();
    assert!(found.is_empty(), "{secret} is in the log: {found:?}");
}

#[tokio::test]
async fn no_text_of_an_article_and_no_secret_at_info() {
    let (log, secrets) = log_of("info").await;
    assert!(log.len() > 10, "{log:?}");
    for secret in secrets {
        assert_absent(&log, &secret);
    }
    for text in [HEADLINE, BODY, KEYWORD, LABEL, "正文"] {
        assert_absent(&log, text);
    }
}

#[tokio::test]
async fn no_secret_at_any_level_of_any_library() {
    let (log, secrets) =
        log_of("trace,h2=trace,hyper=trace,hyper_util=trace,tonic=trace,rustls=trace,tower=trace").await;
    assert!(log.len() > 100, "only {} lines", log.len());
    for secret in secrets {
        assert_absent(&log, &secret);
    }
}

#[test]
fn no_command_prints_the_password_of_the_database() {
    const PASSWORD: &str = "geheim-8472";
    // Nothing listens there.
    let unreachable = format!("postgres://news:{PASSWORD}@127.0.0.1:1/news");
    let misspelt = format!("postgrs://news:{PASSWORD}@127.0.0.1:1/news");
    let unknown = format!("postgres://127.0.0.1:1/news?user=news&pasword={PASSWORD}");
    for database in [unreachable, misspelt, unknown] {
        for arguments in
            [&["check"][..], &["migrate"], &["serve", "--print-config"], &["serve", "--help"], &["check", "--help"]]
        {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_articled"));
            let done =
                command.args(arguments).env("ARTICLED_DATABASE", &database).output().expect("the program starts");
            for printed in [&done.stdout, &done.stderr] {
                let printed = String::from_utf8_lossy(printed);
                assert!(!printed.contains(PASSWORD), "{arguments:?} with {database}: {printed}");
            }
        }
    }
}
