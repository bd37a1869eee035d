-- The keyword index: segments of gram lists, in blobs whose form src/store/sqlite/segments describes.

-- One row. Whoever reads takes the generation first: it names the state of the index that belongs to the rows.
CREATE TABLE keyword_state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- Grows with each change of what the index answers.
    generation INTEGER NOT NULL,
    -- No segment had this id or a larger one yet.
    next_segment INTEGER NOT NULL
);

INSERT INTO keyword_state (only, generation, next_segment) VALUES (1, 0, 1);

CREATE TABLE keyword_segment (
    id INTEGER PRIMARY KEY,
    -- 0: being written by a merge; 1: in use; 2: replaced, its blocks are to be removed.
    state INTEGER NOT NULL
);

-- Each begins with a checksum of its own.
CREATE TABLE keyword_block (
    -- The segment, and the block's number in its low 24 bits.
    key INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
);

-- The documents of segments in use that are deleted, until a merge leaves them out.
CREATE TABLE keyword_deletion (
    segment INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;
