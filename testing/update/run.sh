#!/usr/bin/env bash
# Signs clients with a key made for the occasion, and updates one from a server: what is signed is taken, what was
# changed or signed with another key is not. Needs openssl 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT

target=$(go env GOOS)-$(go env GOARCH)
# clients VERSION KEY: builds server and clients of a version into $dir/VERSION.
clients() {
  make -s -o webapp build clients CLIENTS="$target" VERSION="$1" SIGN_KEY="$2" BIN="$dir/$1" >/dev/null
  mkdir -p "$dir/$1/clients" && mv "clients/$target" "$dir/$1/clients/"
}
openssl genpkey -algorithm ed25519 -out "$dir/key.pem"
openssl genpkey -algorithm ed25519 -out "$dir/other.pem"
clients 2.0.0 "$dir/key.pem"
clients 2.0.1 "$dir/key.pem"
clients 2.0.2 "$dir/other.pem"
rmdir clients 2>/dev/null || true

# serve VERSION: sets url.
serve() {
  [ -z "$pid" ] || { kill "$pid"; wait "$pid" || true; }
  mkdir -p "$dir/run" && : >"$dir/log"
  (cd "$dir/run" && exec env PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0 PLIKD_CLIENTS_DIRECTORY="$dir/$1/clients" "$dir/$1/plikd" >"$dir/log" 2>&1) &
  pid=$!
  for _ in $(seq 100); do
    url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' "$dir/log")
    [ -n "$url" ] && return
    sleep 0.1
  done
  cat "$dir/log"
  exit 1
}
# update: updates a client of version 2.0.0; sets out.
update() {
  cp "$dir/2.0.0/clients/$target/plik" "$dir/plik"
  out=$(HOME=$dir PLIK_URL=$url "$dir/plik" update --yes 2>&1)
}
is() { [[ "$("$dir/plik" version 2>&1)" == *"$1"* ]] || { echo "not $1: $("$dir/plik" version)"; exit 1; }; }

serve 2.0.1
update || { echo "$out"; exit 1; }
is 2.0.1
echo "ok    what is signed is taken"

printf x >>"$dir/2.0.1/clients/$target/plik"
md5sum "$dir/2.0.1/clients/$target/plik" | cut -d' ' -f1 >"$dir/2.0.1/clients/$target/MD5SUM"
serve 2.0.1
update && { echo "a changed client was taken: $out"; exit 1; }
is 2.0.0
echo "ok    what was changed is not: $out"

serve 2.0.2
update && { echo "another key was taken: $out"; exit 1; }
is 2.0.0
echo "ok    what another key signed is not: $out"
