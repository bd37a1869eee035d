-- Everything of some articles: the columns of the RAW view, and those that are compared with them.
SELECT {columns}, a.effective_us, a.create_us, a.update_us, a.fingerprint, folded.id AS folded_id, folded.texts,
       folded.texts_xxh3
FROM article AS a
{joins}
LEFT JOIN folded ON folded.name = a.name
WHERE a.id > $1
ORDER BY a.id
LIMIT $2
