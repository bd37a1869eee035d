-- Always one row: what is stored under a name, and when the last article of that name was deleted. One query costs half of two.
SELECT deleted.delete_us, a.made_from, a.fingerprint,
       a.id, a.basic, a.basic_xxh3, original.name AS original_name, a.rest, a.rest_xxh3
FROM (SELECT ?1 AS name) AS wanted
LEFT JOIN deleted ON deleted.name = wanted.name
LEFT JOIN article AS a ON a.name = wanted.name
LEFT JOIN article AS original ON original.id = a.duplicate_of
