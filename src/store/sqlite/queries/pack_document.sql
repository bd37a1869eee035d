-- A raw document moves from one table to the other, in one round trip to SQLite's thread.
INSERT INTO raw (id, head, content, form, raw_xxh3)
VALUES (?, ?, ?, ?, ?);

DELETE FROM unpacked_raw WHERE id = ?
