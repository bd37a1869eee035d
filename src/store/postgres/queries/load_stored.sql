-- Articles by name, with what a write compares.
SELECT a.made_from, a.fingerprint, a.id, a.name, a.effective_us AS key_us, a.basic, a.basic_xxh3, a.original_name, body.rest,
       body.rest_xxh3
FROM article AS a
LEFT JOIN body ON body.name = a.name
WHERE a.name = ANY ($1)
