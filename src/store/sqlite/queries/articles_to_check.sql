-- Everything of some articles: the columns of the RAW view, and those of the article's own row that are compared with them.
SELECT a.id, a.basic, a.basic_xxh3, original.name AS original_name, body.rest, body.rest_xxh3,
       raw.head, raw.content, raw.is_compressed, raw.raw_xxh3,
       a.name, a.effective_us, a.create_us, a.update_us, a.fingerprint
FROM article AS a
LEFT JOIN article AS original ON original.id = a.duplicate_of
LEFT JOIN body ON body.id = a.id
LEFT JOIN raw ON raw.id = a.id
WHERE a.id > ?1
ORDER BY a.id
LIMIT ?2
