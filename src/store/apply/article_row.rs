//! An article as the columns of its rows, the same for every engine.

use std::sync::Arc;

use crate::article::Article;
use crate::query::FoldedFields;
use crate::store::duplicates::Original;
use crate::store::duplicates::holders::distinct_keys;
use crate::store::packed_raw::PackedRaw;
use crate::store::prepare::Indexed;
use crate::store::record;
use crate::store::write_rules::ContentDigest;

/// The columns of an article, without its raw document.
pub(crate) struct ArticleRow {
    pub name: String,
    pub effective_us: i64,
    pub create_us: i64,
    pub update_us: i64,
    pub made_from: Vec<u8>,
    pub basic: Vec<u8>,
    pub original: Option<Original>,
    pub fingerprint: Option<Vec<u8>>,
    /// In the engine's [`TextForm`](crate::store::text_form::TextForm).
    pub rest: Vec<u8>,
    pub texts: Arc<FoldedFields>,
    /// The keys of the fingerprint.
    pub keys: Vec<u32>,
}

impl ArticleRow {
    pub(crate) fn of(
        article: &Article,
        made_from: &ContentDigest,
        index: &Indexed,
        original: Option<Original>,
    ) -> Self {
        Self {
            name: article.name.id().to_owned(),
            effective_us: article.effective_time().as_microsecond(),
            create_us: article.create_time.as_microsecond(),
            update_us: article.update_time.as_microsecond(),
            made_from: made_from.to_vec(),
            basic: record::encode_basic(article),
            original,
            fingerprint: index.fingerprint.as_ref().map(|fingerprint| fingerprint.to_bytes().to_vec()),
            rest: match &index.packed {
                Some(packed) => packed.with_report(&record::encode_report(article)),
                None => record::encode_rest(article),
            },
            texts: Arc::clone(&index.texts),
            keys: distinct_keys(index.fingerprint.as_ref()),
        }
    }
}

/// The rows of a new article.
pub(crate) struct NewRow {
    pub id: i64,
    /// The article's number in the feed.
    pub seq: i64,
    pub row: ArticleRow,
    pub raw: Option<PackedRaw>,
}
