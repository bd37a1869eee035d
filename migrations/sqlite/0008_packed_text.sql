-- What FULL adds to BASIC, in the form of src/store/packed_text.rs, from which the folded texts are read too. It is in the
-- article's own row, so that an article is one lookup. The rows of `body` and `folded` are packed by the program, some at a time;
-- the next migration follows when none is left.
ALTER TABLE article ADD COLUMN rest BLOB NOT NULL DEFAULT x'';
-- Depends on the table of the word code, too.
ALTER TABLE article ADD COLUMN rest_xxh3 INTEGER NOT NULL DEFAULT 0;
