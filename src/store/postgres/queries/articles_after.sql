-- Articles in the order of their creation, a batch after an id.
SELECT {columns}
FROM article AS a
{joins}
WHERE a.id > $1
ORDER BY a.id
LIMIT $2
