-- Places in the feed, and fingerprint keys in the order of their table, in one round trip.
WITH changes AS (
    INSERT INTO change (seq, name, is_deletion)
    SELECT seq, name, false FROM unnest($1::bigint[], $2::text[]) AS changed (seq, name)
)
INSERT INTO fingerprint_key (key, id)
SELECT key, id FROM unnest($3::bigint[], $4::bigint[]) AS keys (key, id) ORDER BY key, id
ON CONFLICT DO NOTHING
