-- For each of some keys: the earliest articles before $2 that have it, up to $3.
SELECT key, id
FROM (
    SELECT key, id, row_number() OVER (PARTITION BY key ORDER BY id) AS place
    FROM fingerprint_key
    WHERE key = ANY ($1) AND id < $2
) AS numbered
WHERE place <= $3
