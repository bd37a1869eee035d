-- The keys of an article are in one of two tables, and in what the second is made from. One round trip to SQLite's thread.
DELETE FROM fingerprint_key WHERE id = ? AND key IN (SELECT value FROM json_each(?));

DELETE FROM temp.pending_key WHERE id = ? AND key IN (SELECT value FROM json_each(?));

DELETE FROM fingerprint_recent WHERE id = ?
