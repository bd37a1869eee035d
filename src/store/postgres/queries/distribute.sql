-- Distributes the tables of articles over all servers of Citus by the article's name, so that each article is whole on one of
-- them. The feed and the keyword index stay on the coordinator, where one snapshot has both.
SELECT create_distributed_table('article', 'name');
SELECT create_distributed_table('body', 'name', colocate_with => 'article');
SELECT create_distributed_table('folded', 'name', colocate_with => 'article');
SELECT create_distributed_table('raw', 'name', colocate_with => 'article');
SELECT create_distributed_table('deleted', 'name', colocate_with => 'article');

-- What was stored before is on the servers now, and still in the tables here, where nothing reads it.
SELECT truncate_local_data_after_distributing_table(name)
FROM unnest(ARRAY['article', 'body', 'folded', 'raw', 'deleted']::regclass[]) AS distributed (name);

UPDATE store_state SET is_sharded = true
