-- Articles by a JSON array of names, in its order.
SELECT {columns}
FROM json_each(?1) AS wanted
CROSS JOIN article AS a ON a.name = wanted.value
{joins}
