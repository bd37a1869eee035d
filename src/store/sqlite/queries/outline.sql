-- What tells a store from other files: its objects, whether it has migrations, its length, and whose it is.
SELECT objects, version_tables, page_count * page_size AS bytes, application_id
FROM (
    SELECT count(*) AS objects, count(*) FILTER (WHERE name = '_sqlx_migrations') AS version_tables FROM sqlite_schema
), pragma_page_count, pragma_page_size, pragma_application_id
