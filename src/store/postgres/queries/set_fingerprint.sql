-- A fingerprint and its keys belong together.
WITH own AS (
    UPDATE article SET fingerprint = $2, original_id = $3, original_name = $4 WHERE id = $1
)
INSERT INTO fingerprint_key (key, id)
SELECT key, $1 FROM unnest($5::bigint[]) AS keys (key)
