-- All rows of an article except its keys and its place in the feed, and when it was deleted, in one round trip.
WITH own AS (
    DELETE FROM article WHERE name = $1
), bodies AS (
    DELETE FROM body WHERE name = $1
), texts AS (
    DELETE FROM folded WHERE name = $1
), documents AS (
    DELETE FROM raw WHERE name = $1
)
INSERT INTO deleted (name, delete_us) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET delete_us = $2
