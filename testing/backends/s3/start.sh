#!/usr/bin/env bash
# Starts MinIO on 127.0.0.1:PORT, with TLS and a key for SSE-S3, on the empty directory DIR:
#
#   eval "$(testing/backends/s3/start.sh DIR PORT)"
#   testing/backends/stop.sh DIR
#
# What is printed sets PLIK_TEST_S3 for the tests of server/data/s3. MinIO is built once, into
# $GOBIN or ~/.cache/plik-tools. It is the one server on which SSE-C can be tested for real: the
# others take the key and store in the clear.
set -euo pipefail

[ $# = 2 ] || { echo "usage: start.sh DIR PORT" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
port=$2
[ -z "$(ls -A "$dir")" ] || { echo "start.sh: $dir is not empty" >&2; exit 1; }

version=v0.0.0-20260212201848-7aac2a2c5b7c
tools=${GOBIN:-$HOME/.cache/plik-tools}
minio=$tools/minio
if ! go version -m "$minio" 2>/dev/null | grep -q "minio/minio[[:space:]]$version"; then
  mkdir -p "$tools"
  echo "building MinIO $version into $tools, which takes some minutes" >&2
  (cd "$dir" && GOBIN=$tools CGO_ENABLED=0 GOFLAGS= go install "github.com/minio/minio@$version") >&2
fi

mkdir "$dir/certs" "$dir/data" "$dir/home"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
  -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
  -keyout "$dir/certs/private.key" -out "$dir/certs/public.crt" 2>"$dir/openssl.log" || { cat "$dir/openssl.log" >&2; exit 1; }

user=plik-test-$(openssl rand -hex 4)
password=$(openssl rand -hex 16)
HOME=$dir/home MINIO_ROOT_USER=$user MINIO_ROOT_PASSWORD=$password MINIO_BROWSER=off \
  MINIO_KMS_SECRET_KEY="plik:$(openssl rand -base64 32)" \
  setsid "$minio" server --address "127.0.0.1:$port" --certs-dir "$dir/certs" --quiet --anonymous "$dir/data" \
  >"$dir/log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$dir/minio.pid"

for _ in $(seq 300); do
  if curl -fs --cacert "$dir/certs/public.crt" -o /dev/null "https://127.0.0.1:$port/minio/health/ready"; then
    echo "export PLIK_TEST_S3='{\"Endpoint\":\"127.0.0.1:$port\",\"AccessKeyID\":\"$user\",\"SecretAccessKey\":\"$password\",\"UseSSL\":true,\"CACert\":\"$dir/certs/public.crt\"}'"
    exit 0
  fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
echo "MinIO did not start:" >&2
cat "$dir/log" >&2
kill "$pid" 2>/dev/null || true
exit 1
