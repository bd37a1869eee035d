-- Bodies and folded texts of the same articles, in one round trip.
WITH bodies AS (
    INSERT INTO body (name, rest, rest_xxh3)
    SELECT * FROM unnest($1::text[], $3::bytea[], $4::bigint[])
)
INSERT INTO folded (name, id, texts, texts_xxh3)
SELECT * FROM unnest($1::text[], $2::bigint[], $5::bytea[], $6::bigint[])
