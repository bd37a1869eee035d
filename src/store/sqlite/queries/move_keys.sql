-- Keys in a range, of articles up to an id, from one table to the other. One round trip to SQLite's thread.
INSERT OR IGNORE INTO fingerprint_key (key, id)
SELECT key, id
FROM temp.pending_key
WHERE key > ? AND key <= ? AND id <= ?
ORDER BY key, id;

DELETE FROM temp.pending_key WHERE key > ? AND key <= ? AND id <= ?
