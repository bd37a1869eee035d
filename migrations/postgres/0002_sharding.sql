-- What a database needs whose articles are distributed over several servers by Citus.

-- The feed and the keyword index stay on one server, so the feed must know without a join which article was created first.
ALTER TABLE change ADD COLUMN id bigint;

UPDATE change SET id = article.id FROM article WHERE article.name = change.name AND NOT change.is_deletion;

ALTER TABLE change ADD CONSTRAINT change_has_id CHECK (is_deletion OR id IS NOT NULL);

DROP INDEX change_of_article;
CREATE UNIQUE INDEX change_of_article ON change (id) WHERE NOT is_deletion;

-- Whether article, body, raw, folded and deleted are distributed.
ALTER TABLE store_state ADD COLUMN is_sharded boolean NOT NULL DEFAULT false;

-- It has no rows: only its lock is used. Reads hold it shared. Several servers have no common snapshot, so a commit to them takes
-- it alone, and no read sees one server before that commit and another one after it.
CREATE TABLE commit_gate ();
