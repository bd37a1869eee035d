-- Changes after a place in the feed.
SELECT seq, name, is_deletion
FROM change
WHERE seq > $1
ORDER BY seq
LIMIT $2
