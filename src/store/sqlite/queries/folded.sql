-- The packed texts of articles by a JSON array of ids, in its order.
SELECT a.id, a.rest, a.rest_xxh3
FROM json_each(?1) AS hit
CROSS JOIN article AS a ON a.id = hit.value
