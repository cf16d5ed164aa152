#!/usr/bin/env bash
# Starts each real server on loopback, one after the other, runs the contract suite of its kind and
# the tests of the HTTP API on it, and stops it. It installs what it needs; what does not start, fails.
#
#   testing/backends/run.sh [postgres|mariadb|s3|swift|gcs|cluster ...]    without a name: all
set -euo pipefail
cd "$(dirname "$0")/../.."
here=testing/backends
[ $# -gt 0 ] || set -- postgres mariadb s3 swift gcs cluster

work=$(mktemp -d /tmp/plik-backends.XXXXXX)
chmod 755 "$work" # databases run as users of their own
finish() {
  "$here/stop.sh" "$work"/* || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

export PLIK_TEST_BACKENDS=1
go=${GO:-go}

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start NAME runs a server, and exports how to reach it.
start() {
  local told
  told=$("$here/$1/start.sh" "$work/$1" "$(port)")
  eval "$told"
}

tests() { "$go" test -count=1 -timeout 15m "$@"; }

for name in "$@"; do
  echo "== $name"
  case $name in
    postgres | mariadb)
      driver=postgres
      [ "$name" = postgres ] || driver=mysql
      start "$name"
      PLIK_TEST_DRIVERS=$driver tests ./server/metadata/
      PLIK_TEST_HTTP_METADATA=$driver tests ./server/handlers/
      ;;
    s3 | swift | gcs)
      start "$name"
      tests "./server/data/$name/"
      PLIK_TEST_HTTP_DATA=$name tests ./server/handlers/
      ;;
    cluster) # several plikd on PostgreSQL and S3
      command -v nginx >/dev/null || { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends nginx-light; } >&2
      start postgres
      start s3
      tests -v ./testing/cluster/ # it tells figures
      ;;
    *) echo "run.sh: no such server: $name" >&2; exit 2 ;;
  esac
  "$here/stop.sh" "$work"/*
  rm -rf "${work:?}"/*
done
