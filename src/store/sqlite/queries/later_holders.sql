-- The articles stored after ?2 that have any of some keys, a JSON array.
SELECT id, name, duplicate_of, fingerprint
FROM article
WHERE id IN (
      SELECT id FROM fingerprint_key WHERE key IN (SELECT value FROM json_each(?1))
      UNION ALL
      SELECT id FROM temp.pending_key WHERE key IN (SELECT value FROM json_each(?1))
  )
  AND id > ?2
ORDER BY id
