-- All rows of an article, and what is left of it, in one round trip to SQLite's thread: each costs more than deleting a row.
DELETE FROM article WHERE id = ?;

DELETE FROM raw WHERE id = ?;

INSERT OR REPLACE INTO deleted (name, delete_us)
VALUES (?, ?);

DELETE FROM change WHERE id = ?;

INSERT INTO change (seq, name)
VALUES (?, ?)
