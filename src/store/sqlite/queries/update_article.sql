-- All rows of an article, in one round trip to SQLite's thread: each costs more than writing a row.
UPDATE article
SET name = ?, effective_us = ?, create_us = ?, update_us = ?, made_from = ?, basic = ?, basic_xxh3 = ?, duplicate_of = ?,
    fingerprint = ?, rest = ?, rest_xxh3 = ?
WHERE id = ?;

INSERT OR REPLACE INTO change (id, seq)
VALUES (?, ?);

INSERT OR IGNORE INTO fingerprint_key (key, id)
SELECT value, ? FROM json_each(?)
