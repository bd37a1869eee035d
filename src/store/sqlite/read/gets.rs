//! Gets: articles by their names.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::article::{ArticleName, View};
use crate::query::OrderKey;
use crate::store::EncodedArticle;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::articles::{ArticleRows, columns, read_all};
use crate::store::sqlite::read::connection::ReadConnection;
use crate::store::sqlite::read::readers::Read;
use crate::store::sqlite::rows::joins;

/// The statements of a Get of BASIC and of FULL: to format one takes longer than to read a row.
static BY_NAME: LazyLock<[String; 2]> = LazyLock::new(|| [View::Basic, View::Full].map(by_name));

fn by_name(view: View) -> String {
    let (columns, joins) = (columns(view, OrderKey::EffectiveTime), joins(view));
    format!("SELECT {columns} FROM article AS a {joins} WHERE a.name = ?1")
}

/// One article in the BASIC or FULL view.
pub(crate) struct GetRead {
    pub name: ArticleName,
    pub view: View,
}

impl Read for GetRead {
    type Found = Option<EncodedArticle>;

    fn is_large(&self) -> bool {
        self.view == View::Raw
    }

    async fn run(self, connection: &mut ReadConnection) -> Result<Self::Found, SqliteError> {
        let [basic, full] = &*BY_NAME;
        let sql = if self.view == View::Basic { basic } else { full };
        let mut statement = connection.statement(sql)?;
        let rows = ArticleRows::of(&statement, self.view)?;
        let mut found = statement.query([self.name.id()])?;
        let Some(row) = found.next()? else { return Ok(None) };
        Ok(Some(rows.read(row)?.article?))
    }
}

/// Articles in the order of these names.
pub(crate) struct BatchGetRead {
    pub names: Vec<ArticleName>,
    pub view: View,
}

impl Read for BatchGetRead {
    type Found = Vec<Option<EncodedArticle>>;

    fn is_large(&self) -> bool {
        self.view == View::Raw
    }

    async fn run(self, connection: &mut ReadConnection) -> Result<Self::Found, SqliteError> {
        let Self { names, view } = self;
        let (columns, joins) = (columns(view, OrderKey::EffectiveTime), joins(view));
        let sql = format!(include_str!("../queries/articles_by_name.sql"), columns = columns, joins = joins);
        let ids: Vec<&str> = names.iter().map(ArticleName::id).collect();
        let mut found = HashMap::new();
        for article in read_all(connection, &sql, view, [json_list(&ids)])? {
            found.insert(article.cursor.name, article.article?);
        }
        Ok(names.iter().map(|name| found.get(name).cloned()).collect())
    }
}
