-- Known articles, a JSON array of ids, in the order asked for. Their keys are sorted first, so that long columns are read for
-- the chosen few alone.
SELECT {columns}
FROM (
    SELECT a.id AS chosen
    FROM json_each(?4) AS known
    CROSS JOIN article AS a ON a.id = known.value
    WHERE {condition}
    ORDER BY {order}
    LIMIT ?3
)
CROSS JOIN article AS a ON a.id = chosen
{joins}
