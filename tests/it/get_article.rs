//! GetArticle.

use articled::rpc::proto::{ArticleView, GetArticleRequest, IngestArticleRequest};
use tonic::Code;

use crate::support::{TestServer, assert_about, assert_bad, document};

fn get(name: &str, view: i32) -> GetArticleRequest {
    GetArticleRequest { name: name.to_owned(), view }
}

#[tokio::test]
async fn shows_as_much_as_the_view_says() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    let request = IngestArticleRequest {
        document: Some(document("青溪大橋通車\n大橋今日通車。")),
        article_id: "a".to_owned(),
        validate_only: false,
        allow_older: false,
    };
    client.ingest_article(request).await.expect("valid");
    for (view, has_body, has_raw) in [
        (ArticleView::Unspecified, true, false),
        (ArticleView::Basic, false, false),
        (ArticleView::Full, true, false),
        (ArticleView::Raw, true, true),
    ] {
        let article = client.get_article(get("articles/a", view.into())).await.expect("stored").into_inner();
        assert_eq!(article.body.is_empty(), !has_body, "{view:?}");
        assert_eq!(article.parse_report.is_some(), has_body, "{view:?}");
        assert_eq!(article.raw.is_some(), has_raw, "{view:?}");
        assert_eq!(article.headline, "青溪大橋通車");
        assert!(article.char_count > 0);
    }
}

#[tokio::test]
async fn refuses() {
    let server = TestServer::start().await;
    let mut client = server.client().await;
    assert_about(client.get_article(get("articles/a", 0)).await, Code::NotFound, "ARTICLE_NOT_FOUND", "articles/a");
    assert_bad(client.get_article(get("", 0)).await, "FIELD_REQUIRED", "name");
    for name in ["a", "articles/", "articles/A", "articles/a/b", "文章/a"] {
        assert_bad(client.get_article(get(name, 0)).await, "FIELD_MALFORMED", "name");
    }
    assert_bad(client.get_article(get("articles/a", 9)).await, "UNKNOWN_ENUM_VALUE", "view");
}
