-- The keys of the last articles, so that they can be looked up on this connection.
CREATE TEMP TABLE pending_key (
    key INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (key, id)
) WITHOUT ROWID;

-- In the order of the table: sorting first costs less than looking for the place of each.
INSERT OR IGNORE INTO temp.pending_key (key, id)
SELECT keys.value, recent.id
FROM fingerprint_recent AS recent, json_each(recent.keys) AS keys
ORDER BY keys.value, recent.id
