DELETE FROM keyword_block
WHERE key = ANY (ARRAY(SELECT key FROM keyword_block WHERE key BETWEEN $1 AND $2 ORDER BY key LIMIT $3))
