-- The database was promoted or restored, and may lack commits that were seen here. Numbers of the lost commits must not come
-- again with another meaning: positions in the feed become invalid, and ids and generations skip those that may have been used.
UPDATE store_state
SET timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8),
    feed_id = ('x' || substr(md5(gen_random_uuid()::text), 1, 16))::bit(64)::bigint,
    generation = generation + (1::bigint << 40), last_id = last_id + (1::bigint << 32);

SELECT setval('keyword_segment_id', nextval('keyword_segment_id') + 1000000)
