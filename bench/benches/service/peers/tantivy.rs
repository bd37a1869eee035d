//! tantivy with each character and each pair as a term, with positions, so that longer keywords are phrase queries.
//!
//! Its own n-gram tokenizer gives every gram position 0, which does not allow phrase queries; the one here counts characters.
//! Merges run on tantivy's threads by its default policy.

use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{IndexReader, IndexWriter, Order, ReloadPolicy, TantivyDocument, Term};

use super::{Asked, Document, Index, PAGE, grams};

/// The memory budget of all indexing threads.
const WRITER_BYTES: usize = 64 << 20;

const TOKENIZER: &str = "grams";
const RANK: &str = "rank";

pub struct Tantivy {
    index: tantivy::Index,
    /// `None` only while waiting for merges.
    writer: Option<IndexWriter>,
    reader: IndexReader,
    text: Field,
    rank: Field,
    folder: PathBuf,
}

impl Tantivy {
    pub fn create(folder: &Path) -> Self {
        let folder = folder.join("peer-tantivy");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let rank = schema.add_i64_field(RANK, FAST);
        let index = tantivy::Index::create_in_dir(&folder, schema.build()).expect("an index");
        index.tokenizers().register(TOKENIZER, TextAnalyzer::builder(Grams).build());
        let writer = index.writer(WRITER_BYTES).expect("a writer");
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().expect("a reader");
        Self { index, writer: Some(writer), reader, text, rank, folder }
    }

    fn word(&self, word: &str) -> Box<dyn Query> {
        let term = |gram: &str| Term::from_field_text(self.text, gram);
        let pairs: Vec<&str> = grams::pairs(word).collect();
        if pairs.len() < 2 {
            return Box::new(TermQuery::new(term(word), IndexRecordOption::Basic));
        }
        // Every second pair, and the last one, cover the word.
        let last = pairs.len() - 1;
        let covering = pairs.into_iter().enumerate().filter(|(at, _)| at.is_multiple_of(2) || *at == last);
        Box::new(PhraseQuery::new_with_offset(covering.map(|(at, pair)| (at, term(pair))).collect()))
    }

    fn query(&self, asked: &Asked) -> Box<dyn Query> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        clauses.extend(asked.all.iter().map(|word| (Occur::Must, self.word(word))));
        clauses.extend(asked.none.iter().map(|word| (Occur::MustNot, self.word(word))));
        if !asked.any.is_empty() {
            let any = asked.any.iter().map(|word| (Occur::Should, self.word(word))).collect();
            clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        if asked.before < i64::MAX {
            let end = Bound::Excluded(Term::from_field_i64(self.rank, asked.before));
            clauses.push((Occur::Must, Box::new(RangeQuery::new(Bound::Unbounded, end))));
        }
        if clauses.is_empty() { Box::new(EmptyQuery) } else { Box::new(BooleanQuery::new(clauses)) }
    }
}

#[async_trait(?Send)]
impl Index for Tantivy {
    fn name(&self) -> String {
        "tantivy".to_owned()
    }

    async fn add(&mut self, batch: &[Document]) -> Duration {
        let begun = Instant::now();
        let writer = self.writer.as_mut().expect("a writer");
        for document in batch {
            let mut new = TantivyDocument::default();
            new.add_text(self.text, &document.folded);
            new.add_i64(self.rank, document.rank);
            writer.add_document(new).expect("room");
        }
        writer.commit().expect("a commit");
        begun.elapsed()
    }

    async fn settle(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.wait_merging_threads().expect("merges that end");
        }
        self.writer = Some(self.index.writer(WRITER_BYTES).expect("a writer"));
        self.reader.reload().expect("the newest state");
    }

    async fn bytes(&mut self) -> Option<u64> {
        // Files of merged segments may still exist.
        let live = self.index.searchable_segment_metas().expect("segments");
        let live: Vec<String> = live.iter().map(|segment| segment.id().uuid_string()).collect();
        let files = std::fs::read_dir(&self.folder).expect("a folder").flatten();
        let is_live = |file: &std::fs::DirEntry| {
            file.file_name().to_str().is_some_and(|name| live.iter().any(|id| name.starts_with(id)))
        };
        Some(files.filter(is_live).filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum())
    }

    async fn page(&mut self, asked: &Asked) -> Option<(Duration, Vec<i64>)> {
        let begun = Instant::now();
        let query = self.query(asked);
        let newest = TopDocs::with_limit(PAGE).order_by_fast_field::<i64>(RANK, Order::Desc);
        let found = self.reader.searcher().search(&query, &newest).expect("a page");
        let ranks = found.into_iter().filter_map(|(rank, _)| rank).collect();
        Some((begun.elapsed(), ranks))
    }
}

impl Drop for Tantivy {
    fn drop(&mut self) {
        self.writer.take();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Tokenizes a text into characters and pairs, each at the position of its first character.
#[derive(Clone)]
struct Grams;

impl Tokenizer for Grams {
    type TokenStream<'a> = Pieces<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces<'a> {
        Pieces { rest: text, position: 0, is_pair_next: false, token: Token::default() }
    }
}

struct Pieces<'a> {
    rest: &'a str,
    position: usize,
    is_pair_next: bool,
    token: Token,
}

impl Pieces<'_> {
    fn give(&mut self, length: usize) -> bool {
        self.token.text.clear();
        self.token.text.push_str(&self.rest[..length]);
        self.token.position = self.position;
        true
    }
}

impl TokenStream for Pieces<'_> {
    fn advance(&mut self) -> bool {
        let is_end = |character: char| matches!(character, '\t' | '\n');
        loop {
            let mut characters = self.rest.chars();
            let Some(first) = characters.next() else { return false };
            if self.is_pair_next {
                self.is_pair_next = false;
                let pair = characters.next().filter(|&second| !is_end(second));
                let given = pair.is_some_and(|second| self.give(first.len_utf8() + second.len_utf8()));
                self.rest = &self.rest[first.len_utf8()..];
                self.position += 1;
                if given {
                    return true;
                }
            } else if is_end(first) {
                self.rest = &self.rest[first.len_utf8()..];
                self.position += 1;
            } else {
                self.is_pair_next = true;
                return self.give(first.len_utf8());
            }
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
