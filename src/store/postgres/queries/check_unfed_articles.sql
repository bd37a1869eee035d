SELECT count(*)
FROM article
LEFT JOIN change ON change.name = article.name AND NOT change.is_deletion
WHERE change.seq IS NULL
