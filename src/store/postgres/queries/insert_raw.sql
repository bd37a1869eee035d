INSERT INTO raw (name, head, content, is_compressed, raw_xxh3)
SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::boolean[], $5::bigint[])
