-- An article's texts move from two tables to its row, in one round trip to SQLite's thread.
UPDATE article
SET rest = ?, rest_xxh3 = ?
WHERE id = ?;

DELETE FROM body WHERE id = ?;

DELETE FROM folded WHERE id = ?
