-- The articles stored after $2 that have any of some keys.
SELECT id, name, original_id, fingerprint
FROM article
WHERE id IN (SELECT id FROM fingerprint_key WHERE key = ANY ($1) AND id > $2)
ORDER BY id
