-- All rows of an article except its raw document, its keys and its place in the feed, in one round trip.
WITH own AS (
    UPDATE article
    SET effective_us = $3, create_us = $4, update_us = $5, original_id = $6, original_name = $7, made_from = $8,
        fingerprint = $9, basic = $10, basic_xxh3 = $11
    WHERE name = $1
), bodies AS (
    UPDATE body SET rest = $12, rest_xxh3 = $13 WHERE name = $1
)
INSERT INTO folded (name, id, texts, texts_xxh3) VALUES ($1, $2, $14, $15)
ON CONFLICT (name) DO UPDATE SET id = $2, texts = $14, texts_xxh3 = $15
