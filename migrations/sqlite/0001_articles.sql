-- Times are microseconds since 1970-01-01T00:00:00Z. Applied as one transaction; never edited once released.

-- "ARTC": other programs' databases are told apart by it.
PRAGMA application_id = 0x41525443;

-- One row an article. Its long parts rest in body and raw, so that pages of headlines stay dense.
CREATE TABLE article (
    -- Grows with each creation: it tells which of two articles was stored first.
    id INTEGER PRIMARY KEY,
    -- Without the collection's name.
    name TEXT NOT NULL UNIQUE,
    effective_us INTEGER NOT NULL,
    create_us INTEGER NOT NULL,
    update_us INTEGER NOT NULL,
    publish_us INTEGER,
    fetch_us INTEGER,
    revision INTEGER NOT NULL,
    char_count INTEGER NOT NULL,
    language_code TEXT NOT NULL,
    info_source TEXT NOT NULL,
    -- The earliest article with nearly the same body.
    duplicate_of INTEGER,
    -- SHA-256 of the content that it was last made from.
    made_from BLOB NOT NULL,
    fingerprint BLOB,
    -- The BASIC view as protobuf, and its XXH3, by which damage is seen.
    basic BLOB NOT NULL,
    basic_xxh3 INTEGER NOT NULL
);

CREATE INDEX article_by_effective ON article (effective_us DESC, name);
CREATE INDEX article_by_create ON article (create_us DESC, name);
CREATE INDEX article_by_update ON article (update_us DESC, name);
CREATE INDEX article_by_original ON article (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- What FULL adds to BASIC, as protobuf.
CREATE TABLE body (
    id INTEGER PRIMARY KEY,
    rest BLOB NOT NULL,
    rest_xxh3 INTEGER NOT NULL
);

-- What was ingested.
CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    head BLOB NOT NULL,
    -- Compressed by zstd if is_compressed.
    content BLOB NOT NULL,
    is_compressed INTEGER NOT NULL,
    -- Of head, then of content with that as its seed.
    raw_xxh3 INTEGER NOT NULL
);

-- The keys by which articles with nearly the same body are found.
CREATE TABLE fingerprint_key (
    key INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (key, id)
) WITHOUT ROWID;

-- When the last article of a name was deleted, so that no validator of it comes again.
CREATE TABLE deleted (
    name TEXT PRIMARY KEY,
    delete_us INTEGER NOT NULL
) WITHOUT ROWID;

-- The Create requests of the last day.
CREATE TABLE create_request (
    request_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    made_from BLOB NOT NULL,
    create_us INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX create_request_by_time ON create_request (create_us);
