-- The rows of several new articles, table by table, in one round trip to SQLite's thread: each costs more than the rows of
-- an article. The parameters have no numbers: sqlx binds numbered ones wrongly where a later statement leaves some out.
INSERT INTO article (name, effective_us, create_us, update_us, made_from, basic, basic_xxh3, duplicate_of, fingerprint,
                     rest, rest_xxh3, id)
VALUES {article_rows};

-- An article without a raw document has a row of parameters too, so that the statement is the same for all.
INSERT INTO raw (id, head, content, form, raw_xxh3)
SELECT column1, column2, column3, column4, column5
FROM (VALUES {raw_rows})
WHERE column6;

INSERT INTO change (id, seq)
VALUES {change_rows};

INSERT INTO fingerprint_recent (id, keys)
VALUES {key_rows};

INSERT OR IGNORE INTO temp.pending_key (key, id)
SELECT keys.value, recent.id
FROM fingerprint_recent AS recent, json_each(recent.keys) AS keys
WHERE recent.id BETWEEN ? AND ?
