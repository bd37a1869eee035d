-- Articles by id, with the generation of the index of the state that they are read from.
SELECT (SELECT generation FROM store_state) AS generation, {columns}
FROM article AS a
{joins}
WHERE a.id = ANY ($1)
