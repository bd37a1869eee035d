-- What was ingested, in the forms of src/store/packed_raw.rs. The rows of the table before are packed by the program, some at a
-- time; the next migration follows when none is left.
ALTER TABLE raw RENAME TO unpacked_raw;

CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    head BLOB NOT NULL,
    content BLOB NOT NULL,
    form INTEGER NOT NULL,
    -- Of all three, and of the table of the word code where the form is that.
    raw_xxh3 INTEGER NOT NULL
);
