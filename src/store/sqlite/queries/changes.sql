-- Changes after a place in the feed, with the articles as they now are.
SELECT change.seq, change.name AS deleted_name, {columns}
FROM change
LEFT JOIN article AS a ON a.id = change.id
{joins}
WHERE change.seq > ?1
ORDER BY change.seq
LIMIT ?2
