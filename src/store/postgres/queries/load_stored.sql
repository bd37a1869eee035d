-- What is stored under some names, and when the last article of each was deleted. A row for each name.
SELECT wanted.name AS wanted_name, deleted.delete_us, a.made_from, a.fingerprint,
       a.id, a.name, a.effective_us AS key_us, a.basic, a.basic_xxh3, a.original_name, body.rest, body.rest_xxh3
FROM unnest($1::text[]) AS wanted (name)
LEFT JOIN deleted ON deleted.name = wanted.name
LEFT JOIN article AS a ON a.name = wanted.name
LEFT JOIN body ON body.name = a.name
