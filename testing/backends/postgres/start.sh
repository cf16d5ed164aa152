#!/usr/bin/env bash
# Starts PostgreSQL on 127.0.0.1 for tests and prints what they need to know, to be evaluated:
#   eval "$(start.sh DIR PORT)"
# DIR must be empty or absent, and all that lead to it open to the user postgres; pass port 0 for
# any. DIR/server.pid is the process to end.
set -euo pipefail

[ $# = 2 ] || { echo "usage: $0 DIR PORT" >&2; exit 2; }
dir=$1 port=$2
if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then echo "$dir is not empty" >&2; exit 1; fi
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

find_bin() { { ls -d /usr/lib/postgresql/*/bin 2>/dev/null || true; } | sort -V | tail -n 1; }
bin=$(find_bin)
if [ ! -x "$bin/initdb" ]; then
	{
		apt-get -o DPkg::Lock::Timeout=600 update
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends postgresql
	} >&2
	bin=$(find_bin)
fi
[ -x "$bin/initdb" ] || { echo "PostgreSQL could not be installed" >&2; exit 1; }
if [ "$port" = 0 ]; then
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
fi

# It refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
	chown postgres: "$dir"
	as=(runuser -u postgres --)
fi
cd "$dir"
"${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; exit 1; }
# Without fsync: nothing of this outlives the machine. In another zone than UTC, to show that none
# is relied on.
"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "-p $port -c listen_addresses=127.0.0.1 \
	-c unix_socket_directories= -c fsync=off -c max_connections=500 -c timezone=America/New_York" start >"$dir/start.log" 2>&1 ||
	{ cat "$dir/start.log" "$dir/log" >&2; exit 1; }
head -n 1 "$dir/data/postmaster.pid" >"$dir/server.pid"
"$bin/psql" -q -h 127.0.0.1 -p "$port" -U postgres -c "CREATE ROLE plik LOGIN CREATEDB PASSWORD 'plik'" \
	-c 'CREATE DATABASE plik OWNER plik' >&2
echo "export PLIK_TEST_POSTGRES='host=127.0.0.1 port=$port user=plik password=plik dbname=plik sslmode=disable'"
