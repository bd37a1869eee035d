SELECT count(*)
FROM change
WHERE NOT is_deletion AND NOT EXISTS (SELECT 1 FROM article WHERE article.id = change.id)
