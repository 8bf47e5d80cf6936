#!/usr/bin/env bash
set -Eeo pipefail
if [ "$1" = postgres ]; then echo "would start with $PGDATA as $(stat -c %U "$PGDATA")"; exit; fi
exec "$@"
