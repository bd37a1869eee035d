INSERT INTO folded (name, id, texts, texts_xxh3)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[])
