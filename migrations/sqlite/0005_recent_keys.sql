-- The keys of the articles that were stored last, which are not in fingerprint_key yet: keys come in no order, so that
-- each would touch a page of its own of a large table. Once there are many they are moved there, sorted.

CREATE TABLE fingerprint_recent (
    id INTEGER PRIMARY KEY,
    -- A JSON array.
    keys TEXT NOT NULL
);
