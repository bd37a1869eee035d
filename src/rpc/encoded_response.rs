//! Responses with articles in the store's encoding, which are sent without decoding them.
//!
//! Protobuf concatenation merges: an encoded message followed by encoded fields is the message with these fields. So the
//! contract's message is encoded without its articles, and the encoded articles are appended.

use bytes::{Buf, BufMut};
use prost::encoding::{self, DecodeContext, WireType};
use prost::{DecodeError, Message};

use super::proto;
use crate::store::EncodedArticle;

/// The field number of the articles or matches in each response, and of `ArticleMatch.article`.
const FIRST_FIELD: u32 = 1;

pub(crate) type EncodedBatchGetResponse = WithEncodedFields<proto::BatchGetArticlesResponse, EncodedArticleMessage>;
pub(crate) type EncodedListResponse = WithEncodedFields<proto::ListArticlesResponse, EncodedArticleMessage>;
pub(crate) type Match = WithEncodedFields<proto::ArticleMatch, EncodedArticleMessage>;
pub(crate) type EncodedFilterResponse = WithEncodedFields<proto::FilterArticlesResponse, Match>;

/// `google.protobuf.Empty` in generated code.
pub(crate) type Empty = ();

/// A stored article as a message that can be sent, not received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedArticleMessage(pub EncodedArticle);

/// A message whose field 1 is encoded already. It can be sent, not received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WithEncodedFields<M, P> {
    /// The message without field 1.
    pub message: M,
    /// The values of field 1.
    pub parts: Vec<P>,
}

impl Message for EncodedArticleMessage {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        self.0.encode(buffer);
    }

    fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    /// Never received, so fields are skipped.
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        encoding::skip_field(wire_type, tag, buffer, context)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<M: Message + Default, P: Message> Message for WithEncodedFields<M, P> {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        self.message.encode_raw(buffer);
        for part in &self.parts {
            encoding::message::encode(FIRST_FIELD, part, buffer);
        }
    }

    fn encoded_len(&self) -> usize {
        let parts = self.parts.iter().map(|part| encoding::message::encoded_len(FIRST_FIELD, part));
        self.message.encoded_len() + parts.sum::<usize>()
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        self.message.merge_field(tag, wire_type, buffer, context)
    }

    fn clear(&mut self) {
        self.message.clear();
        self.parts.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::article::Timestamp;

    use super::*;
    use crate::article::{
        Article, ArticleContent, ArticleName, Dateline, DatelineDate, PageUrl, ParseReport, ParseWarning, PublishTime,
        RawDocument, RemovedLine, TimeBasis, TimePrecision, View,
    };
    use crate::rpc::convert;

    /// Every field is set.
    fn article() -> Article {
        let url = || PageUrl::parse("https://news.example/a?utm_source=x").ok();
        let labels = || BTreeMap::from([("site".to_owned(), "例".to_owned())]);
        let texts = |text: &str| vec![text.to_owned(), "乙".to_owned()];
        let time = |seconds| Timestamp::from_second(seconds).expect("in range");
        Article {
            name: ArticleName::from_id("full").expect("an id"),
            content: ArticleContent {
                headline: "雲州推進安全生產".to_owned(),
                kicker: "綠水青山".to_owned(),
                subheadlines: texts("副題"),
                dateline: Some(Dateline {
                    text: "云通社云州11月14日电".to_owned(),
                    agency: "云通社".to_owned(),
                    location: "云州".to_owned(),
                    date: Some(DatelineDate { year: 2023, month: 11, day: 14 }),
                }),
                authors: texts("王某"),
                editors: texts("赵某"),
                info_source: "云州日报".to_owned(),
                section: "要闻".to_owned(),
                body: "第一段𠮷。\n第二段。".to_owned(),
                keywords: texts("安全生產"),
                cited_works: texts("云州志"),
                language_code: "zh-Hant".to_owned(),
                url: url(),
                publish_time: Some(PublishTime {
                    time: time(-1),
                    precision: TimePrecision::Day,
                    basis: TimeBasis::Dateline,
                }),
                fetch_time: Some(time(1_700_000_000)),
                labels: labels(),
            },
            char_count: 11,
            create_time: time(1_700_000_001),
            update_time: time(1_700_000_002),
            revision: 3,
            duplicate_of: ArticleName::from_id("first").ok(),
            parse_report: Some(ParseReport {
                parser_version: 3,
                repairs: BTreeMap::from([("PINYIN_RESIDUE".into(), 2)]),
                removed_lines: vec![RemovedLine { text: "分享到".to_owned(), reason: "SHARE_LABEL".into() }],
                warnings: vec![ParseWarning { reason: "PUBLISH_YEAR_UNKNOWN".into(), message: "no year".to_owned() }],
            }),
            raw: Some(RawDocument {
                content: b"\0\xff<p>".as_slice().into(),
                content_type: "text/html".to_owned(),
                url: url(),
                fetch_time: Some(time(1_700_000_000)),
                labels: labels(),
            }),
        }
    }

    fn decoded<M: Message + Default>(message: &impl Message) -> M {
        let bytes = message.encode_to_vec();
        assert_eq!(bytes.len(), message.encoded_len());
        M::decode(bytes.as_slice()).expect("a message of the contract")
    }

    #[test]
    fn a_stored_article_encodes_as_the_contracts_message() {
        for view in [View::Basic, View::Full, View::Raw] {
            let stored = EncodedArticleMessage(EncodedArticle::of(&article(), view));
            assert_eq!(decoded::<proto::Article>(&stored), convert::article(article(), view), "{view:?}");
            let narrowed = EncodedArticleMessage(EncodedArticle::of(&article(), View::Raw).in_view(view));
            assert_eq!(decoded::<proto::Article>(&narrowed), convert::article(article(), view), "{view:?}");
        }
    }

    #[test]
    fn parts_decode_as_field_1_of_their_message() {
        let shown = convert::article(article(), View::Full);
        let stored = || EncodedArticleMessage(EncodedArticle::of(&article(), View::Full));
        let matched =
            |article| proto::ArticleMatch { article, snippets: vec![], matched_terms: vec!["甲".to_owned()] };
        let message = proto::FilterArticlesResponse { total_size: 7, ..Default::default() };
        let parts = vec![Match { message: matched(None), parts: vec![stored()] }; 2];
        let answer = EncodedFilterResponse { message: message.clone(), parts };
        let matches = vec![matched(Some(shown)); 2];
        let expected = proto::FilterArticlesResponse { matches, ..message };
        assert_eq!(decoded::<proto::FilterArticlesResponse>(&answer), expected);
    }
}
