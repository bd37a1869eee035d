-- Whether the feed has a change of an article before $1, or a deletion, after the last change of $1. Deletions that expired from
-- the feed count too.
WITH own AS (
    SELECT coalesce(max(change.seq), 0) AS seq
    FROM article
    JOIN change ON change.name = article.name AND NOT change.is_deletion
    WHERE article.id = $1
)
SELECT EXISTS (
    SELECT 1
    FROM change
    LEFT JOIN article ON article.name = change.name
    WHERE change.seq > own.seq AND (change.is_deletion OR article.id < $1)
)
    OR (SELECT forgotten_seq FROM store_state) > own.seq
FROM own
