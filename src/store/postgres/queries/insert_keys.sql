-- Places in the feed, and fingerprint keys in the order of their table, in one round trip.
WITH changes AS (
    INSERT INTO change (seq, name, id, is_deletion)
    SELECT seq, name, id, false FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS changed (seq, name, id)
)
INSERT INTO fingerprint_key (key, id)
SELECT key, id FROM unnest($4::bigint[], $5::bigint[]) AS keys (key, id) ORDER BY key, id
ON CONFLICT DO NOTHING
