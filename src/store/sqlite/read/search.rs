//! Searches: a page of List or Filter.

use std::sync::Arc;

use crate::store::index::Index;
use crate::store::search::{candidates, filter, list};
use crate::store::sqlite::error::SqliteError;
use crate::store::sqlite::read::connection::ReadConnection;
use crate::store::sqlite::read::readers::Read;
use crate::store::{EncodedArticle, Page, Search};

/// A page of a search.
pub(crate) struct SearchRead {
    pub index: Arc<Index>,
    pub search: Search,
}

impl Read for SearchRead {
    type Found = Page<EncodedArticle>;

    async fn run(self, connection: &mut ReadConnection) -> Result<Self::Found, SqliteError> {
        let Self { index, search } = self;
        let Some(plan) = candidates::plan(&search) else { return list::list(connection, &search).await };
        match filter::filter_quickly(connection, &index, &search, &plan).await? {
            Some(page) => Ok(page),
            None => filter::filter(connection, &index, &search, &plan).await,
        }
    }
}
