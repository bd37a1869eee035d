SELECT count(*)
FROM (
    SELECT id, name FROM article
    EXCEPT
    SELECT id, name FROM change WHERE NOT is_deletion
) AS unfed
