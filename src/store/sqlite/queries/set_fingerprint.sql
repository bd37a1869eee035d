-- A fingerprint and its keys belong together. One round trip to SQLite's thread for each article of a store.
UPDATE article
SET fingerprint = ?, duplicate_of = ?
WHERE id = ?;

INSERT OR IGNORE INTO fingerprint_key (key, id)
SELECT value, ? FROM json_each(?)
