#!/usr/bin/env bash
# Starts a real OpenID Connect provider and logs in with it. Installs it when it is absent.
set -euo pipefail
cd "$(dirname "$0")"

[ -d node_modules/oidc-provider ] || npm ci --ignore-scripts --no-audit --no-fund

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
export CALLBACKS=http://127.0.0.1/auth/oidc/callback,https://plik.example.com/plik/auth/oidc/callback
node op.mjs >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
  issuer=$(sed -n 's/^ready //p' "$dir/log")
  [ -n "$issuer" ] && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
[ -n "$issuer" ] || { echo "the provider did not start:"; cat "$dir/log"; exit 1; }
PLIK_OIDC_ISSUER=$issuer ${GO:-go} test -count=1 -run TestOIDCProvider . ||
  { echo "--- the provider's log:"; tail -50 "$dir/log"; exit 1; }
