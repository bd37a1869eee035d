-- Changes after a place in the feed, with the articles as they now are.
SELECT change.seq, change.name AS changed_name, change.is_deletion, {columns}
FROM change
LEFT JOIN article AS a ON a.name = change.name AND NOT change.is_deletion
{joins}
WHERE change.seq > $1
ORDER BY change.seq
LIMIT $2
