-- The next raw documents that are not packed yet: up to ?1, and none after ?2 bytes of them.
SELECT unpacked_raw.id, head, content, is_compressed, raw_xxh3
FROM (
    SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before
    FROM (SELECT id, length(content) AS bytes FROM unpacked_raw ORDER BY id LIMIT ?1)
) AS next
CROSS JOIN unpacked_raw ON unpacked_raw.id = next.id
WHERE bytes_before < ?2
ORDER BY unpacked_raw.id
