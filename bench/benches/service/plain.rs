//! The lower bound of reading a page: the store's own rows, read with rusqlite on the calling thread.
//!
//! Omits everything else that a service needs: views, filters, meaningful tokens, detection of damage.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use prost::encoding::{self, WireType, encode_key, encode_varint};
use rusqlite::{Connection, OpenFlags};

/// Field numbers of ListArticlesResponse and Article in the contract.
const ARTICLES: u32 = 1;
const NEXT_PAGE_TOKEN: u32 = 2;
const RESUME_TOKEN: u32 = 3;
const DUPLICATE_OF: u32 = 26;

const PAGE: i64 = 50;

pub struct PlainPages {
    connection: Mutex<Connection>,
    token: String,
}

impl PlainPages {
    pub fn open(database: &Path) -> Self {
        let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a store");
        // The same as the service's readers.
        connection.execute_batch("PRAGMA cache_size = -4096").expect("a setting");
        // About as long as the service's tokens.
        Self { connection: Mutex::new(connection), token: "x".repeat(80) }
    }

    /// The response with the first page.
    pub fn first(&self) -> Bytes {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT a.effective_us, a.name, a.basic, original.name
                   FROM article AS a LEFT JOIN article AS original ON original.id = a.duplicate_of
                   ORDER BY a.effective_us DESC, a.name LIMIT ?1";
        let mut select = connection.prepare_cached(sql).expect("a statement");
        let mut rows = select.query([PAGE]).expect("rows");
        let mut answer = Vec::with_capacity(64 << 10);
        while let Some(row) = rows.next().expect("a row") {
            let basic = row.get_ref(2).and_then(|basic| Ok(basic.as_blob()?)).expect("bytes");
            let original: Option<String> = row.get(3).expect("a name");
            let original_bytes = original.as_ref().map_or(0, |name| encoding::string::encoded_len(DUPLICATE_OF, name));
            encode_key(ARTICLES, WireType::LengthDelimited, &mut answer);
            encode_varint((basic.len() + original_bytes) as u64, &mut answer);
            answer.extend_from_slice(basic);
            if let Some(name) = original {
                encoding::string::encode(DUPLICATE_OF, &name, &mut answer);
            }
        }
        encoding::string::encode(NEXT_PAGE_TOKEN, &self.token, &mut answer);
        encoding::string::encode(RESUME_TOKEN, &self.token, &mut answer);
        answer.into()
    }
}
