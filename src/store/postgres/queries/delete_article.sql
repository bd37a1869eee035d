-- All rows of an article except its keys, and what is left of it, in one round trip.
WITH own AS (
    DELETE FROM article WHERE name = $1
), bodies AS (
    DELETE FROM body WHERE name = $1
), texts AS (
    DELETE FROM folded WHERE name = $1
), documents AS (
    DELETE FROM raw WHERE name = $1
), times AS (
    INSERT INTO deleted (name, delete_us) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET delete_us = $2
), upserts AS (
    DELETE FROM change WHERE name = $1 AND NOT is_deletion
)
INSERT INTO change (seq, name, is_deletion) VALUES ($3, $1, true)
