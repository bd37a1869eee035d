SELECT count(*)
FROM change
LEFT JOIN article ON article.name = change.name
WHERE article.id IS NULL AND NOT change.is_deletion
