#!/usr/bin/env bash
# Starts the given plikd in a folder of its own and sends files to it with tus-js-client.
# Usage: run.sh PLIKD. Installs the client when it is absent.
set -euo pipefail
plikd=$(realpath "$1")
cd "$(dirname "$0")"

[ -d node_modules/tus-js-client ] || npm ci --ignore-scripts --no-audit --no-fund

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
export PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0
(cd "$dir" && exec "$plikd" >log 2>&1) &
pid=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' "$dir/log" 2>/dev/null || true)
  [ -n "$url" ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
[ -n "$url" ] || { echo "plikd did not start:"; cat "$dir/log"; exit 1; }
PLIK_URL=$url PLIK_FOLDER=$dir node smoke.mjs || { echo "--- the server's log:"; tail -50 "$dir/log"; exit 1; }
