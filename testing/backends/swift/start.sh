#!/usr/bin/env bash
# Starts OpenStack Swift, one replica on this machine, from the packages of Debian or Ubuntu.
#
#   eval "$(testing/backends/swift/start.sh DIR PORT)"
#   testing/backends/stop.sh DIR
#
# DIR is absent or empty and takes everything. The proxy listens on 127.0.0.1:PORT; the four ports
# above it belong to the servers behind it. The cluster's hash salt has to be in /etc/swift, which
# takes a user who may write there. What it prints sets the environment of the tests.
set -euo pipefail

dir=${1:?usage: start.sh DIR PORT}
port=${2:?usage: start.sh DIR PORT}
memcached_port=$((port + 4))
user=$(id -un)

fail() {
  echo "swift: $*" >&2
  tail -n 20 "$dir"/log/* >&2 2>/dev/null || true
  for pid in "$dir"/run/*.pid; do
    [ ! -e "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || true
  done
  exit 1
}

packages() {
  command -v swift-proxy-server swift-object-server swift-ring-builder memcached >/dev/null && return
  {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update || true # an index of yesterday may do
    apt-get install -y --no-install-recommends \
      swift swift-proxy swift-account swift-container swift-object memcached
  } >"$dir/log/apt" 2>&1 || fail "the packages cannot be installed"
}

# salt gives the cluster what its servers read from nowhere else.
salt() {
  [ -s /etc/swift/swift.conf ] && return
  mkdir -p /etc/swift
  printf '%s\n' '[swift-hash]' 'swift_hash_path_prefix = plik' 'swift_hash_path_suffix = plik' \
    '[storage-policy:0]' 'name = default' 'default = yes' >/etc/swift/swift.conf
}

# settings TYPE PORT PIPELINE begins a configuration file; the filters follow on standard input.
settings() {
  printf '%s\n' '[DEFAULT]' 'bind_ip = 127.0.0.1' "bind_port = $2" 'workers = 0' "user = $user" \
    "swift_dir = $dir/etc" "devices = $dir/disks" 'mount_check = false' 'fallocate_reserve = 0' \
    "log_name = $1" "log_address = $dir/log/no-syslog" '[pipeline:main]' "pipeline = $3" \
    "[app:$1-server]" "use = egg:swift#$1"
  cat
}

# storage TYPE PORT makes the ring and the settings of a server behind the proxy.
storage() {
  local ring="$dir/etc/$1.builder"
  {
    swift-ring-builder "$ring" create 4 1 0
    swift-ring-builder "$ring" add "r1z1-127.0.0.1:$2/one" 1
    swift-ring-builder "$ring" rebalance 1
  } >>"$dir/log/rings" 2>&1 || fail "no ring for $1"
  settings "$1" "$2" "$1-server" </dev/null >"$dir/etc/$1-server.conf"
}

proxy() {
  local filters="catch_errors gatekeeper healthcheck cache listing_formats bulk tempauth copy slo dlo"
  {
    printf '%s\n' 'allow_account_management = true' 'account_autocreate = true'
    for filter in $filters; do
      printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "${filter/#cache/memcache}"
      case $filter in
      cache) echo "memcache_servers = 127.0.0.1:$memcached_port" ;;
      tempauth) echo 'user_plik_tester = testing .admin' ;;
      esac
    done
  } | settings proxy "$port" "$filters proxy-server" >"$dir/etc/proxy-server.conf"
}

# run NAME COMMAND... starts a server that outlives this script.
run() {
  local name=$1
  shift
  "$@" </dev/null >"$dir/log/$name" 2>&1 &
  echo $! >"$dir/run/$name.pid"
}

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
[ -z "$(ls -A "$dir")" ] || { echo "swift: $dir is not empty" >&2; exit 1; }
mkdir "$dir/etc" "$dir/disks" "$dir/disks/one" "$dir/log" "$dir/run"

packages
salt
n=0
for type in account container object; do
  n=$((n + 1))
  storage "$type" $((port + n))
done
proxy

run memcached memcached -u "$user" -l 127.0.0.1 -p "$memcached_port" -m 32
for type in account container object proxy; do
  run "$type" "swift-$type-server" "$dir/etc/$type-server.conf"
done
tries=0
until curl -fsS -o /dev/null "http://127.0.0.1:$port/healthcheck" 2>/dev/null &&
  curl -fsS -o /dev/null -H 'X-Auth-User: plik:tester' -H 'X-Auth-Key: testing' \
    "http://127.0.0.1:$port/auth/v1.0" 2>/dev/null; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || fail "it does not answer on port $port"
  for pid in "$dir"/run/*.pid; do
    kill -0 "$(cat "$pid")" 2>/dev/null || fail "$(basename "$pid" .pid) ended"
  done
  sleep 0.2
done
echo "export PLIK_TEST_SWIFT=http://127.0.0.1:$port/auth/v1.0"
echo "export PLIK_TEST_SWIFT_USER=plik:tester"
echo "export PLIK_TEST_SWIFT_KEY=testing"
