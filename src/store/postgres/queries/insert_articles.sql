INSERT INTO article (name, id, effective_us, create_us, update_us, original_id, original_name, made_from, fingerprint, basic,
                     basic_xxh3)
SELECT *
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[],
            $9::bytea[], $10::bytea[], $11::bigint[])
