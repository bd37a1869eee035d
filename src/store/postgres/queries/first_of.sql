-- Known articles in an order. Their keys are sorted first, so that long columns are read for the chosen few alone.
SELECT {columns}
FROM (
    SELECT chosen.name
    FROM article AS chosen
    WHERE chosen.id = ANY ($4) AND {condition}
    ORDER BY {order}
    LIMIT $3
) AS first
JOIN article AS a ON a.name = first.name
{joins}
