-- The version of the folding and of the list of text fields that all rows of `folded`, the keyword index and the
-- fingerprints were made with. 0: not known. A start with another version makes them again, in one transaction, so that no
-- row needs a version of its own.

CREATE TABLE text_state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL
);

INSERT INTO text_state (only, version) VALUES (1, 0);
