-- Copies of what `basic` holds that no query reads. Each step rewrites the table in place; making a new one would leave the file
-- twice as large. A million articles take about a minute.
ALTER TABLE article DROP COLUMN publish_us;
ALTER TABLE article DROP COLUMN fetch_us;
ALTER TABLE article DROP COLUMN revision;
ALTER TABLE article DROP COLUMN char_count;
ALTER TABLE article DROP COLUMN language_code;
ALTER TABLE article DROP COLUMN info_source;
