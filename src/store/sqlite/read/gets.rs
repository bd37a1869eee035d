//! Gets: articles by their names.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use rusqlite::{Params, params};

use crate::article::{ArticleName, View};
use crate::query::OrderKey;
use crate::store::EncodedArticle;
use crate::store::search::FoundArticle;
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::json_list::json_list;
use crate::store::sqlite::read::articles::{ArticleRows, columns, read_all};
use crate::store::sqlite::read::connection::ReadConnection;
use crate::store::sqlite::read::id_hints::IdHints;
use crate::store::sqlite::read::readers::Read;
use crate::store::sqlite::rows::joins;

/// The statements of a Get in one view: to format one takes longer than to read a row.
struct GetStatements {
    by_name: String,
    by_hint: String,
}

impl GetStatements {
    fn of(view: View) -> Self {
        let (columns, joins) = (columns(view, OrderKey::EffectiveTime), joins(view));
        let select = |condition: &str| format!("SELECT {columns} FROM article AS a {joins} WHERE {condition}");
        Self { by_name: select("a.name = ?1"), by_hint: select("a.id = ?2 AND a.name = ?1") }
    }
}

static BASIC: LazyLock<GetStatements> = LazyLock::new(|| GetStatements::of(View::Basic));
static FULL: LazyLock<GetStatements> = LazyLock::new(|| GetStatements::of(View::Full));

/// One article in the BASIC or FULL view.
pub(crate) struct GetRead {
    pub name: ArticleName,
    pub view: View,
    pub hints: Arc<IdHints>,
}

impl Read for GetRead {
    type Found = Option<EncodedArticle>;

    fn is_large(&self) -> bool {
        self.view == View::Raw
    }

    async fn run(self, connection: &mut ReadConnection) -> Result<Self::Found, SqliteError> {
        let Self { name, view, hints } = self;
        let statements = if view == View::Basic { &BASIC } else { &FULL };
        if let Some(id) = hints.get(name.id())
            && let Some(found) = read_one(connection, &statements.by_hint, view, params![name.id(), id])?
        {
            return Ok(Some(found.article?));
        }
        let Some(found) = read_one(connection, &statements.by_name, view, [name.id()])? else { return Ok(None) };
        hints.put(name.id(), found.id);
        Ok(Some(found.article?))
    }
}

fn read_one(
    connection: &ReadConnection,
    sql: &str,
    view: View,
    parameters: impl Params,
) -> Result<Option<FoundArticle>, SqliteError> {
    let mut statement = connection.statement(sql)?;
    let rows = ArticleRows::of(&statement, view)?;
    let mut found = statement.query(parameters)?;
    found.next()?.map(|row| rows.read(row)).transpose()
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
