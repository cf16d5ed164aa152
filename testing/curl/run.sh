#!/usr/bin/env bash
# Starts the given plikd in a folder of its own and uses it with the real curl, as people, scripts and
# the old shell client do. Usage: run.sh PLIKD
set -euo pipefail
plikd=$(realpath "$1")
command -v curl >/dev/null || { apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends curl; }

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
export PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0 PLIKD_FEATURE_AUTHENTICATION=enabled PLIKD_AUDIT_LOG=audit
"$plikd" >log 2>&1 &
pid=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' log)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { cat log; exit 1; }

passed=0 failed=0
# check WHAT COMMAND...: the command must succeed.
check() {
  local what=$1
  shift
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $what"; fi
}
curl() { command curl -sS --noproxy '*' --max-time 30 "$@"; }
status() { curl -o /dev/null -w '%{http_code}' "$@"; }
json() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$2"; }

head -c 3000000 /dev/urandom >data.bin
cp data.bin 'my file é.bin'

link=$(curl -F "file=@data.bin" "$url")
check 'curl -F' cmp -s data.bin <(curl "$link")
link=$(curl -T 'my file é.bin' "$url/")
check 'curl -T' cmp -s data.bin <(curl "$link")
link=$(curl -T - "$url/stdin.bin" <data.bin)
check 'curl -T - (chunked)' cmp -s data.bin <(curl "$link")

head -c 1000000 data.bin >resumed.bin
curl -C - -o resumed.bin "$link"
check 'curl -C - goes on' cmp -s data.bin resumed.bin
check 'curl -r' cmp -s <(tail -c +1001 data.bin | head -c 500) <(curl -r 1000-1499 "$link")
(mkdir named && cd named && curl -OJ "$link?dl=1")
check 'curl -OJ' cmp -s data.bin named/stdin.bin

once=$(curl -T data.bin "$url/?oneshot&ttl=1h")
check 'HEAD spends nothing' test "$(status -I "$once")" = 200
check 'one shot' cmp -s data.bin <(curl "$once")
check 'one shot is gone' test "$(status "$once")" = 404
secret=$(curl -H 'X-Plik-Password: p' -T data.bin "$url/")
check 'no password' test "$(status "$secret")" = 401
check 'password' cmp -s data.bin <(curl -u plik:p "$secret")

# As the shell client of Plik 1.3 does.
upload=$(curl -X POST --data '{ "OneShot" : false, "Removable" : true, "Ttl" : 3600 }' "$url/upload")
id=$(json id "$upload") token=$(json uploadToken "$upload")
file=$(curl -X POST --header "X-UploadToken: $token" -F "file=@data.bin" "$url/file/$id")
check 'old client' cmp -s data.bin <(curl "$url/file/$id/$(json id "$file")/data.bin")
check 'old client: digest' test "$(json fileMd5 "$file")" = "$(md5sum <data.bin | cut -d' ' -f1)"
check 'removable' test "$(curl -X DELETE "$url/upload/$id")" = ok

# As the command line client of Plik 1.3 does: declare, send chunked, stream.
body='{"id":"","ttl":3600,"extend_ttl":false,"downloadDomain":"","comments":"","files":[{"id":"","fileName":"data.bin","status":"","fileMd5":"","fileType":"","fileSize":0,"reference":"0","createdAt":"0001-01-01T00:00:00Z"}],"admin":false,"stream":true,"oneShot":false,"removable":false,"protectedByPassword":false,"createdAt":"0001-01-01T00:00:00Z","expireAt":null}'
upload=$(curl -A plik_client/1.3.8 -H 'Content-Type: application/json' -d "$body" "$url/upload")
id=$(json id "${upload%%,*}}") token=$(json uploadToken "$upload") fid=$(grep -o '"files":\[{"id":"[^"]*' <<<"$upload" | cut -d'"' -f6)
curl -A plik_client/1.3.8 -H "X-UploadToken: $token" -H 'Transfer-Encoding: chunked' -F "file=@data.bin" "$url/stream/$id/$fid/data.bin" >sent &
sender=$!
check 'stream' cmp -s data.bin <(curl -A plik_client/1.3.8 "$url/file/$id/$fid/data.bin?wait=10")
check 'stream: sender' wait $sender
check 'stream: status' grep -q '"status":"deleted"' sent

# The link of a quick stream comes before its bytes go.
curl -N -T data.bin "$url/?stream" >quick &
sender=$!
for _ in $(seq 100); do [ -s quick ] && break; sleep 0.05; done
check 'quick stream' cmp -s data.bin <(curl "$(cat quick)")
check 'quick stream: sender' wait $sender

# Accounts, managed beside the running daemon.
check 'no administrator yet' grep -q 'plikd user create --admin' log
password=$("$plikd" user create --login alice --max-user-size 4MB | sed 's/.* is //')
api_token=$("$plikd" token create --login alice | sed 's/.* : //')
check 'login' test "$(curl -c jar -d "{\"login\":\"alice\",\"password\":\"$password\"}" "$url/auth/local/login")" = ok
check 'wrong login' test "$(status -d '{"login":"alice","password":"wrong"}' "$url/auth/local/login")" = 403
check 'me' test "$(json id "$(curl -b jar "$url/me")")" = local:alice
link=$(curl -T data.bin -H "X-PlikToken: $api_token" "$url/")
check 'upload with a token' cmp -s data.bin <(curl "$link")
check 'quota' test "$(status -T data.bin -H "X-PlikToken: $api_token" "$url/")" = 400
check 'own uploads' test "$(curl -b jar "$url/me/stats")" = '{"uploads":1,"files":1,"totalSize":3000000}'
check 'xsrf' test "$(curl -b jar -X DELETE "$url/me/uploads")" = 'missing xsrf header'
xsrf=$(awk '/plik-xsrf/{print $7}' jar)
check 'delete own uploads' test "$(curl -b jar -H "X-XSRFToken: $xsrf" -X DELETE "$url/me/uploads")" = '1 uploads removed'
check 'logout' test "$(status -b jar "$url/auth/logout")" = 200
check 'session is over' test "$(status -b jar "$url/me")" = 403
check 'audit log' grep -q '"action":"login_failed"' audit
mv audit audit.1 && kill -HUP "$pid"
for _ in $(seq 100); do [ -e audit ] && break; sleep 0.05; done
check 'audit log, rotated' test -e audit
"$plikd" export all.jsonl.gz >/dev/null
check 'export' grep -q '"type":"end"' <(gzip -dc all.jsonl.gz)

check 'error is text' test "$(curl "$url/file/x/y/z")" = 'upload x not found'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
