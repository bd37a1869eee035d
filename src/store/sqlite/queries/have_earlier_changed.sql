-- Whether the feed has a change of an article before ?1, or a deletion, after the last change of ?1. Deletions that expired from
-- the feed count too.
SELECT EXISTS (
    SELECT 1
    FROM change
    WHERE (id IS NULL OR id < ?1)
      AND seq > own.seq
)
    OR (SELECT forgotten_seq FROM feed_state) > own.seq
FROM (SELECT coalesce(max(seq), 0) AS seq FROM change WHERE id = ?1) AS own
