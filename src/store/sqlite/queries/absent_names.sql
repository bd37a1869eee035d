-- Those of some names, a JSON array, under which nothing was ever stored.
SELECT json_group_array(wanted.value) AS names
FROM json_each(?1) AS wanted
WHERE NOT EXISTS (SELECT 1 FROM article WHERE name = wanted.value)
  AND NOT EXISTS (SELECT 1 FROM deleted WHERE name = wanted.value)
