-- The feed: what changed last, in the order of commits. It holds no text: an article that changed several times is in it
-- once, at its last change, and of a deleted one only the name is left.

CREATE TABLE change (
    -- Grows with each change, and is never used again.
    seq INTEGER PRIMARY KEY,
    -- The article that was created or updated; NULL: one was deleted.
    id INTEGER UNIQUE,
    -- The name of the deleted article, without the collection's.
    name TEXT
);

-- Deletions, by age: old ones are forgotten.
CREATE INDEX change_of_deletion ON change (seq) WHERE id IS NULL;

-- One row.
CREATE TABLE feed_state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- Tells this feed from that of any other database, whose numbers mean other changes.
    feed_id INTEGER NOT NULL,
    -- Deletions up to here may be forgotten: who read no farther cannot go on.
    forgotten_seq INTEGER NOT NULL
);

INSERT INTO feed_state (only, feed_id, forgotten_seq) VALUES (1, random(), 0);

-- What was stored before there was a feed counts as created in this order.
INSERT INTO change (seq, id) SELECT id, id FROM article ORDER BY id;
