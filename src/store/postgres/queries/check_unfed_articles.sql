SELECT count(*)
FROM article
WHERE NOT EXISTS (SELECT 1 FROM change WHERE change.id = article.id AND change.name = article.name AND NOT change.is_deletion)
