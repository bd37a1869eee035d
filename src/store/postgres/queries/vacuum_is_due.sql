-- Whether the keyword index has half as many dead rows as live ones, and more than a few pages of them. Blocks are long, so most
-- rows are those of the TOAST table.
SELECT coalesce(bool_or(n_dead_tup > 1000 AND n_dead_tup > n_live_tup / 2), false)
FROM pg_stat_all_tables
WHERE relid IN (SELECT unnest(ARRAY[oid, reltoastrelid]) FROM pg_class WHERE oid = 'keyword_block'::regclass)
