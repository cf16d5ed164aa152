#!/usr/bin/env bash
# Starts the given plikd in folders of their own and drives the built app in Chromium.
# Usage: run.sh PLIKD [DIST]. DIST is the built app to serve, the one compiled in if absent.
# SHOTS=DIR keeps screenshots of every screen. PLIK_LIGHTHOUSE=1 measures with Lighthouse as well, which takes
# 180 MB and a machine that does nothing else. Installs Chromium, the driver and Lighthouse when they are absent.
set -euo pipefail
plikd=$(realpath "${1:?usage: run.sh PLIKD [DIST]}")
dist=${2:+$(realpath "$2")}
cd "$(dirname "$0")/.."

if ! command -v chromium >/dev/null; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-dejavu-core
fi
[ -d node_modules/playwright-core ] && [ -d node_modules/axe-core ] || npm ci --ignore-scripts --no-audit --no-fund
if [ "${PLIK_LIGHTHOUSE:-}" = 1 ] && ! [ -d node_modules/lighthouse ]; then
  npm install --no-save --ignore-scripts --no-audit --no-fund lighthouse@12.8.2
fi

work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
export PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0 PLIKD_WEBAPP_DIRECTORY=${dist:-$work/none}

# start NAME [VAR=VALUE]...: a server of its own; sets url.
start() {
  local dir=$work/$1
  shift
  mkdir "$dir"
  (cd "$dir" && env "$@" "$plikd" user create --login alice --name 'Alice Martin' --admin --password 'correct horse' >/dev/null)
  (cd "$dir" && exec env "$@" "$plikd" >log 2>&1) &
  pids+=($!)
  for _ in $(seq 600); do
    url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' "$dir/log" 2>/dev/null || true)
    [ -n "$url" ] && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "plikd did not start:"
  cat "$dir/log"
  return 1
}

mkdir -p "$work/clients/linux-amd64" "$work/clients/windows-amd64"
for client in linux-amd64/plik windows-amd64/plik.exe; do
  echo "a client for $client" >"$work/clients/$client"
  md5sum "$work/clients/$client" | cut -d' ' -f1 >"$(dirname "$work/clients/$client")/MD5SUM"
done
start open PLIKD_FEATURE_AUTHENTICATION=enabled PLIKD_CLIENTS_DIRECTORY="$work/clients"
PLIK_URL=$url
start strict PLIKD_FEATURE_AUTHENTICATION=forced PLIKD_FEATURE_ONE_SHOT=forced PLIKD_FEATURE_PASSWORD=disabled PLIKD_FEATURE_SET_TTL=disabled \
  PLIKD_FEATURE_STREAM=disabled PLIKD_MAX_FILE_SIZE_STR=1MB PLIKD_MAX_USER_SIZE_STR=10MB PLIKD_PATH=/files
PLIK_STRICT=$url

# Files from a host of their own: the same server under its other name, so its port has to be known before.
for try in 1 2 3; do
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  start "apart$try" PLIKD_FEATURE_AUTHENTICATION=enabled PLIKD_LISTEN_PORT="$port" PLIKD_DOWNLOAD_DOMAIN="http://localhost:$port" && break
done
export PLIK_URL PLIK_STRICT PLIK_APART=$url PLIK_ELSEWHERE=http://localhost:$port

node e2e/main.mjs || { echo "--- the server's log:"; tail -n 30 "$work"/*/log; exit 1; }
