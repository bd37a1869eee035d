-- Moves an article to a later place in the feed, and adds its fingerprint keys.
WITH changes AS (
    UPDATE change SET seq = $1 WHERE id = $2 AND NOT is_deletion
)
INSERT INTO fingerprint_key (key, id)
SELECT key, $2 FROM unnest($3::bigint[]) AS keys (key)
ON CONFLICT DO NOTHING
