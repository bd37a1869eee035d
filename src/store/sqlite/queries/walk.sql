-- Articles in the order asked for, from a place in it on.
SELECT {columns}
FROM article AS a
{joins}
WHERE {condition} AND a.{key} BETWEEN ?4 AND ?5
ORDER BY {order}
LIMIT ?3
