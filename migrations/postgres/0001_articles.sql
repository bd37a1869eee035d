-- Times are microseconds since 1970-01-01T00:00:00Z. Names are without the collection's name, and are compared byte by byte.
-- Applied as one transaction; never edited once released. Each table of articles has the name as its primary key, so that a
-- sharded database can distribute all of them by it.

-- One row an article. Its long parts are in body, raw and folded, so that pages of headlines stay dense.
CREATE TABLE article (
    name text COLLATE "C" PRIMARY KEY,
    -- Grows with each creation: it tells which of two articles was stored first.
    id bigint NOT NULL,
    effective_us bigint NOT NULL,
    create_us bigint NOT NULL,
    update_us bigint NOT NULL,
    -- The earliest article with nearly the same body.
    original_id bigint,
    original_name text COLLATE "C",
    -- SHA-256 of the content that it was last made from.
    made_from bytea NOT NULL,
    fingerprint bytea,
    -- The BASIC view as protobuf, and its XXH3, by which damage is seen.
    basic bytea NOT NULL,
    basic_xxh3 bigint NOT NULL
);

CREATE INDEX article_by_id ON article (id);
CREATE INDEX article_by_effective ON article (effective_us DESC, name);
CREATE INDEX article_by_create ON article (create_us DESC, name);
CREATE INDEX article_by_update ON article (update_us DESC, name);
CREATE INDEX article_by_original ON article (original_id) WHERE original_id IS NOT NULL;

-- What FULL adds to BASIC, as protobuf.
CREATE TABLE body (
    name text COLLATE "C" PRIMARY KEY,
    rest bytea NOT NULL,
    rest_xxh3 bigint NOT NULL
);

-- What was ingested.
CREATE TABLE raw (
    name text COLLATE "C" PRIMARY KEY,
    head bytea NOT NULL,
    -- Compressed by zstd if is_compressed.
    content bytea NOT NULL,
    is_compressed boolean NOT NULL,
    -- Of head, then of content with that as its seed.
    raw_xxh3 bigint NOT NULL
);

ALTER TABLE raw ALTER COLUMN content SET STORAGE EXTERNAL;

-- Each article's texts in the form in which they are compared with keywords. In the row up to a page: a separate read of each
-- costs more than the rest of a comparison.
CREATE TABLE folded (
    name text COLLATE "C" PRIMARY KEY,
    id bigint NOT NULL,
    texts bytea NOT NULL,
    texts_xxh3 bigint NOT NULL
) WITH (toast_tuple_target = 8160);

CREATE INDEX folded_by_id ON folded (id);

-- The keys by which articles with nearly the same body are found.
CREATE TABLE fingerprint_key (
    key bigint NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (key, id)
);

-- When the last article of a name was deleted, so that no validator of it comes again.
CREATE TABLE deleted (
    name text COLLATE "C" PRIMARY KEY,
    delete_us bigint NOT NULL
);

-- The Create requests of the last day.
CREATE TABLE create_request (
    request_id bytea PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    made_from bytea NOT NULL,
    create_us bigint NOT NULL
);

CREATE INDEX create_request_by_time ON create_request (create_us);

-- The feed: what changed last, in the order of commits. It holds no text: an article that changed several times is in it
-- once, at its last change, and of a deleted one only the name is left.
CREATE TABLE change (
    -- Grows with each change, and is never used again.
    seq bigint PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    is_deletion boolean NOT NULL
);

CREATE UNIQUE INDEX change_of_article ON change (name) WHERE NOT is_deletion;
CREATE INDEX change_of_deletion ON change (seq) WHERE is_deletion;

-- The keyword index: segments, and their blocks. Each block begins with a checksum of its own and does not compress.
CREATE TABLE keyword_segment (
    id bigint PRIMARY KEY,
    -- 0: being written by a merge; 1: in use; 2: replaced, its blocks are to be removed.
    state smallint NOT NULL
);

CREATE TABLE keyword_block (
    -- The segment, and the block's number in its low 24 bits.
    key bigint PRIMARY KEY,
    bytes bytea NOT NULL
);

ALTER TABLE keyword_block ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Merges rewrite this table again and again. Without this, dead rows would come to several times the live ones.
ALTER TABLE keyword_block SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_cost_delay = 0
);

-- The documents of segments in use that are deleted, until a merge leaves them out.
CREATE TABLE keyword_deletion (
    segment bigint NOT NULL,
    ordinal bigint NOT NULL,
    -- The generation of the index that deleted it.
    generation bigint NOT NULL,
    PRIMARY KEY (segment, ordinal)
);

CREATE INDEX keyword_deletion_by_generation ON keyword_deletion (generation);

CREATE SEQUENCE keyword_segment_id MAXVALUE 4294967295;

-- One row. Its lock is that of the writer: every instance locks it before it writes, so that ids, numbers of the feed and
-- generations of the index grow in the order of commits.
CREATE TABLE store_state (
    only_row smallint PRIMARY KEY CHECK (only_row = 1),
    -- Grows with each change of what the index answers.
    generation bigint NOT NULL,
    -- The id of the last article that was created.
    last_id bigint NOT NULL,
    -- The number of the last change.
    last_seq bigint NOT NULL,
    -- Tells this feed from that of any other database, whose numbers mean other changes.
    feed_id bigint NOT NULL,
    -- Deletions up to here may be forgotten: who read no farther cannot go on.
    forgotten_seq bigint NOT NULL,
    -- The version of the folding that all folded texts, the keyword index and the fingerprints were made with; 0: none yet.
    text_version bigint NOT NULL,
    -- The timeline of the database that the numbers belong to. A standby that was promoted may lack the last commits.
    timeline text NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000);

INSERT INTO store_state
SELECT 1, 0, 0, 0, ('x' || substr(md5(gen_random_uuid()::text), 1, 16))::bit(64)::bigint, 0, 0,
       left(pg_walfile_name(pg_current_wal_lsn()), 8);
