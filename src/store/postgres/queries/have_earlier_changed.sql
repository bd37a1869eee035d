-- Whether the feed has a change of an article before $1, or a deletion, after the last change of $1. Deletions that expired from
-- the feed count too.
WITH own AS (
    SELECT coalesce(max(seq), 0) AS seq FROM change WHERE id = $1 AND NOT is_deletion
)
SELECT EXISTS (SELECT 1 FROM change WHERE change.seq > own.seq AND (is_deletion OR id < $1))
    OR (SELECT forgotten_seq FROM store_state) > own.seq
FROM own
