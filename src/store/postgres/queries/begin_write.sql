-- Begins a write transaction, and takes the lock of the writer. One round trip.
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;

SELECT generation, last_id, last_seq, feed_id, is_sharded, timeline,
       left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline_now, pg_current_xact_id()::text AS transaction_id, nextval('keyword_segment_id') AS next_segment
FROM store_state
FOR UPDATE OF store_state
