INSERT INTO raw (name, head, content, is_compressed, raw_xxh3)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET head = $2, content = $3, is_compressed = $4, raw_xxh3 = $5
