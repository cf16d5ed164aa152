#!/usr/bin/env bash
# Starts MariaDB on 127.0.0.1 for tests and prints what they need to know, to be evaluated:
#   eval "$(start.sh DIR PORT)"
# DIR must be empty or absent, and all that lead to it open to the user mysql; pass port 0 for
# any. DIR/server.pid is the process to end.
set -euo pipefail

[ $# = 2 ] || { echo "usage: $0 DIR PORT" >&2; exit 2; }
dir=$1 port=$2
if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then echo "$dir is not empty" >&2; exit 1; fi
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

if ! command -v mariadbd >/dev/null; then
	{
		apt-get -o DPkg::Lock::Timeout=600 update
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends mariadb-server
	} >&2
fi
command -v mariadbd >/dev/null || { echo "MariaDB could not be installed" >&2; exit 1; }
if [ "$port" = 0 ]; then
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
fi

user=()
if [ "$(id -u)" = 0 ]; then
	chown mysql: "$dir"
	user=(--user=mysql)
fi
mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --auth-root-authentication-method=normal \
	--skip-test-db >"$dir/install.log" 2>&1 || { cat "$dir/install.log" >&2; exit 1; }
# Commits are flushed once a second: nothing of this outlives the machine. In another zone than
# UTC, to show that none is relied on. Sockets have short paths.
sock=$(mktemp -u /tmp/mariadb-XXXXXX.sock)
setsid mariadbd --no-defaults "${user[@]}" --datadir="$dir/data" --bind-address=127.0.0.1 --port="$port" \
	--socket="$sock" --pid-file="$dir/server.pid" --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=128M \
	--max-connections=500 --default-time-zone=-05:00 </dev/null >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 600); do
	if mariadb-admin --no-defaults -S "$sock" -u root ping >/dev/null 2>&1; then break; fi
	kill -0 "$pid" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
	sleep 0.1
done
mariadb --no-defaults -S "$sock" -u root -e "CREATE DATABASE plik CHARACTER SET utf8mb4;
	CREATE USER plik@'127.0.0.1' IDENTIFIED BY 'plik'; GRANT ALL ON *.* TO plik@'127.0.0.1';
	CREATE USER plik@localhost IDENTIFIED BY 'plik'; GRANT ALL ON *.* TO plik@localhost" ||
	{ cat "$dir/log" >&2; exit 1; }
echo "export PLIK_TEST_MYSQL='plik:plik@tcp(127.0.0.1:$port)/plik?charset=utf8mb4&parseTime=True&loc=Local'"
