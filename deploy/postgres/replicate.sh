#!/usr/bin/env bash
# Starts a hot standby of the database on the host `postgres`, from a copy that it makes the first time.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  pg_basebackup --host=postgres --username="$POSTGRES_USER" --pgdata="$PGDATA" --write-recovery-conf --checkpoint=fast
fi
exec docker-entrypoint.sh postgres
