#!/usr/bin/env bash
# Starts the given plikd in a folder of its own and drives its page in Chromium.
# Usage: run.sh PLIKD. Installs Chromium and the driver when they are absent.
set -euo pipefail
plikd=$(realpath "$1")
cd "$(dirname "$0")"

if ! command -v chromium >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-dejavu-core
fi
[ -d node_modules/playwright-core ] || npm ci --ignore-scripts --no-audit --no-fund

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
export PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0
(cd "$dir" && exec "$plikd" >log 2>&1) &
pid=$!
for _ in $(seq 100); do
  url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' "$dir/log" 2>/dev/null || true)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { echo "plikd did not start:"; cat "$dir/log"; exit 1; }
PLIK_URL=$url node smoke.mjs || { echo "--- the server's log:"; tail -50 "$dir/log"; exit 1; }
