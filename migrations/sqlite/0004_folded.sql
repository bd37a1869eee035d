-- What keywords are looked for in: each article's texts in the form in which they are compared, so that a search that has
-- to look at them need not fold them first. An article that was stored before this table has no row in it, and is folded
-- when it is looked at.

CREATE TABLE folded (
    id INTEGER PRIMARY KEY,
    texts BLOB NOT NULL,
    texts_xxh3 INTEGER NOT NULL
);
