-- Everything of some articles: the columns of the RAW view, and those of the article's own row that are compared with them.
SELECT {columns}, a.name, a.effective_us, a.create_us, a.update_us, a.fingerprint
FROM article AS a
{joins}
WHERE a.id > ?1
ORDER BY a.id
LIMIT ?2
