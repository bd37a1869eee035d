#!/usr/bin/env bash
# The image of PostgreSQL runs this when it makes the database: `all` in its own line does not mean replication.
set -euo pipefail
echo 'host replication all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
