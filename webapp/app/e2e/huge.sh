#!/usr/bin/env bash
# Sends a file of 4 GiB (or of GIB) through a page and back, and fails when the page's memory grows.
# Usage: huge.sh PLIKD [GIB]
set -euo pipefail
plikd=$(realpath "${1:?usage: huge.sh PLIKD [GIB]}")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
cleanup() {
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -rf "$work"
}
(cd "$work" && exec env PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0 "$plikd" >log 2>&1) &
pid=$!
trap cleanup EXIT
until url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' "$work/log" 2>/dev/null) && [ -n "$url" ]; do
  kill -0 "$pid" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.1
done
GIB=${2:-4} PLIK_URL=$url node e2e/huge.mjs
