-- Bodies that are not packed yet, and their articles.
SELECT body.id, body.rest, body.rest_xxh3, a.basic, a.basic_xxh3
FROM body
LEFT JOIN article AS a ON a.id = body.id
ORDER BY body.id
LIMIT ?1
