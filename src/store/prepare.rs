//! Prepares a write before it enters the queue, so that the single writer computes as little as possible.

use std::sync::Arc;

use crate::article::size::{content_bytes, raw_bytes};
use crate::article::{ArticleContent, ArticleName, Etag, ParseReport};
use crate::query::{FoldedFields, TextField};
use crate::store::packed_raw::PackedRaw;
use crate::store::packed_text::PackedText;
use crate::store::text_form::TextForm;
use crate::store::write_rules::{self, ContentDigest};
use crate::store::{NewArticle, Write};
use crate::text::Fingerprint;

/// A prepared write.
pub(crate) enum Prepared {
    Ingest { article: PreparedArticle, allow_older: bool },
    Create { article: PreparedArticle, request_id: Option<String> },
    Replace { name: ArticleName, content: ArticleContent, index: Indexed, expected: Etag },
    Reparse(PreparedReparse),
    Delete { name: ArticleName, expected: Option<Etag> },
}

impl Prepared {
    /// The name of the article, if it may be new.
    pub(super) fn new_name(&self) -> Option<&ArticleName> {
        match self {
            Prepared::Ingest { article, .. } | Prepared::Create { article, .. } => Some(&article.new.name),
            Prepared::Replace { .. } | Prepared::Reparse(_) | Prepared::Delete { .. } => None,
        }
    }

    /// Whether the article may be new.
    pub(super) fn may_be_new(&self) -> bool {
        self.new_name().is_some()
    }

    /// The fingerprint of that article's body.
    pub(super) fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Prepared::Ingest { article, .. } | Prepared::Create { article, .. } => article.index.fingerprint.as_ref(),
            Prepared::Replace { .. } | Prepared::Reparse(_) | Prepared::Delete { .. } => None,
        }
    }
}

pub(crate) struct PreparedReparse {
    pub name: ArticleName,
    pub content: ArticleContent,
    pub parse_report: ParseReport,
    pub made_from: ContentDigest,
    pub index: Indexed,
    pub expected: Etag,
}

pub(crate) struct PreparedArticle {
    /// Without its raw document.
    pub new: NewArticle,
    pub raw: Option<PackedRaw>,
    pub made_from: ContentDigest,
    pub index: Indexed,
}

/// The parts of a content that are computed for indexes and rows.
pub(crate) struct Indexed {
    pub texts: Arc<FoldedFields>,
    pub fingerprint: Option<Fingerprint>,
    /// `None` for [`TextForm::Plain`].
    pub packed: Option<PackedText>,
}

impl Indexed {
    pub(super) fn of(content: &ArticleContent, form: TextForm) -> Self {
        let texts = FoldedFields::of(content);
        let fingerprint = texts.items(TextField::Body).next().and_then(Fingerprint::of_folded);
        let packed = (form == TextForm::Packed).then(|| PackedText::of(&content.body, &texts));
        Self { texts: Arc::new(texts), fingerprint, packed }
    }

    /// The form of the engine's texts.
    pub(super) fn form(&self) -> TextForm {
        if self.packed.is_some() { TextForm::Packed } else { TextForm::Plain }
    }
}

impl PreparedArticle {
    fn of(mut new: NewArticle, form: TextForm) -> Self {
        let raw = new.raw.take().map(|raw| PackedRaw::of(raw, form));
        Self { raw, made_from: write_rules::digest(&new.content), index: Indexed::of(&new.content, form), new }
    }
}

pub(crate) fn prepare(write: Write, form: TextForm) -> Prepared {
    match write {
        Write::Ingest { article, allow_older } => {
            Prepared::Ingest { article: PreparedArticle::of(article, form), allow_older }
        }
        Write::Create { article, request_id } => {
            Prepared::Create { article: PreparedArticle::of(article, form), request_id }
        }
        Write::Replace { name, content, expected } => {
            let index = Indexed::of(&content, form);
            Prepared::Replace { name, content, index, expected }
        }
        Write::Reparse { name, content, parse_report, expected } => {
            let (made_from, index) = (write_rules::digest(&content), Indexed::of(&content, form));
            Prepared::Reparse(PreparedReparse { name, content, parse_report, made_from, index, expected })
        }
        Write::Delete { name, expected } => Prepared::Delete { name, expected },
    }
}

/// The approximate memory of a waiting write, in bytes.
pub(crate) fn size(write: &Write) -> usize {
    let (content, raw) = match write {
        Write::Ingest { article: new, .. } | Write::Create { article: new, .. } => {
            (Some(&new.content), new.raw.as_ref())
        }
        Write::Replace { content, .. } | Write::Reparse { content, .. } => (Some(content), None),
        Write::Delete { .. } => (None, None),
    };
    // The texts, their folded form, and the row made of them.
    content.map_or(0, |content| 3 * content_bytes(content)) + raw.map_or(0, raw_bytes) + SMALL_WRITE_BYTES
}

/// The minimum memory of a write.
const SMALL_WRITE_BYTES: usize = 4096;
