#!/usr/bin/env bash
# Stops what a start.sh here has started: the processes of DIR/*.pid and DIR/run/*.pid of each DIR.
# It returns when they have ended. What is there no more is no error.
#
#   testing/backends/stop.sh DIR...
set -euo pipefail
shopt -s nullglob

pids=()
for dir in "$@"; do
  for file in "$dir"/*.pid "$dir"/run/*.pid; do
    pid=$(head -n 1 "$file" | tr -d '[:space:]')
    rm -f "$file"
    [[ $pid =~ ^[0-9]+$ ]] && pids+=("$pid")
  done
done

# left tells whether one of them runs. A zombie has ended: nobody may be there to wait for it.
left() {
  local pid
  for pid in "${pids[@]}"; do
    [ -r "/proc/$pid/stat" ] && [[ $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) == [^Z]* ]] && return 0
  done
  return 1
}

for signal in TERM KILL; do
  for pid in "${pids[@]}"; do
    kill -s "$signal" "$pid" 2>/dev/null || true
  done
  for _ in $(seq 100); do
    left || exit 0
    sleep 0.1
  done
done
echo "stop.sh: some processes do not end: ${pids[*]}" >&2
exit 1
