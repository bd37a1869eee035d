-- Articles by a JSON array of ids, in its order.
SELECT {columns}
FROM json_each(?1) AS hit
CROSS JOIN article AS a ON a.id = hit.value
{joins}
