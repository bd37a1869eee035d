INSERT INTO keyword_deletion (segment, ordinal, generation)
SELECT segment, ordinal, $3 FROM unnest($1::bigint[], $2::bigint[]) AS places (segment, ordinal)
ON CONFLICT DO NOTHING
