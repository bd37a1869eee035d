SELECT count(*)
FROM (
    SELECT id FROM change WHERE NOT is_deletion
    EXCEPT
    SELECT id FROM article
) AS lost
