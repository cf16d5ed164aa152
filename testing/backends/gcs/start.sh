#!/usr/bin/env bash
# Starts an emulator of Google Cloud Storage with an empty bucket, plik-test, in memory.
#
#   eval "$(testing/backends/gcs/start.sh DIR PORT)"
#   testing/backends/stop.sh DIR
#
# DIR is absent or empty; the emulator listens on 127.0.0.1:PORT. Its binary is built once and kept
# in GOBIN, ~/.cache/plik-tools by default. What it prints sets the environment of the tests.
set -euo pipefail

dir=${1:?usage: start.sh DIR PORT}
port=${2:?usage: start.sh DIR PORT}
version=v1.56.1
tools=${GOBIN:-$HOME/.cache/plik-tools}
url=http://127.0.0.1:$port

fail() {
  echo "gcs: $*" >&2
  tail -n 20 "$dir/gcs.log" >&2 2>/dev/null || true
  [ ! -e "$dir/gcs.pid" ] || kill "$(cat "$dir/gcs.pid")" 2>/dev/null || true
  exit 1
}

mkdir -p "$dir" "$tools"
dir=$(cd "$dir" && pwd)
[ -z "$(ls -A "$dir")" ] || { echo "gcs: $dir is not empty" >&2; exit 1; }

program=$tools/fake-gcs-server
if ! go version -m "$program" 2>/dev/null | grep -q "fsouza/fake-gcs-server[[:space:]]$version"; then
  (cd "$dir" && GOBIN=$tools GOFLAGS= go install "github.com/fsouza/fake-gcs-server@$version") >"$dir/gcs.log" 2>&1 ||
    fail "the emulator cannot be built"
fi
"$program" -scheme http -host 127.0.0.1 -port "$port" -public-host "127.0.0.1:$port" \
  -backend memory -log-level warn </dev/null >"$dir/gcs.log" 2>&1 &
echo $! >"$dir/gcs.pid"

tries=0
until curl -fsS -o /dev/null "$url/storage/v1/b?project=plik" 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 150 ] || fail "it does not answer on port $port"
  kill -0 "$(cat "$dir/gcs.pid")" 2>/dev/null || fail "it ended"
  sleep 0.2
done
curl -fsS -o /dev/null -H 'Content-Type: application/json' -d '{"name":"plik-test"}' \
  "$url/storage/v1/b?project=plik" || fail "no bucket can be made"
echo "export PLIK_TEST_GCS=$url/storage/v1/"
echo "export PLIK_TEST_GCS_BUCKET=plik-test"
