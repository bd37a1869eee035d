-- Moves an article in the feed from its last change to its deletion.
WITH upserts AS (
    DELETE FROM change WHERE id = $3 AND NOT is_deletion
)
INSERT INTO change (seq, name, is_deletion) VALUES ($1, $2, true)
