-- For each of some keys, a JSON array: the earliest articles before ?2 that have it, up to ?3 from each table. Packed into one
-- value as `key,ids,ids;…`, as each row's way through the driver costs more than its reading.
SELECT coalesce(group_concat(wanted.value || ',' || coalesce((
           SELECT group_concat(id)
           FROM (SELECT id FROM fingerprint_key WHERE key = wanted.value AND id < ?2 ORDER BY id LIMIT ?3)
       ), '') || ',' || coalesce((
           SELECT group_concat(id)
           FROM (SELECT id FROM temp.pending_key WHERE key = wanted.value AND id < ?2 ORDER BY id LIMIT ?3)
       ), ''), ';'), '') AS holders
FROM json_each(?1) AS wanted
