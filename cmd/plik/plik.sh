#!/usr/bin/env bash
# plik.sh sends files to a Plik server from machines that have bash and curl, but not plik.
# Names are never evaluated, and no secret is an argument of a program, where others could see it.
set -uo pipefail

usage() {
	cat <<'EOF'
Usage: plik.sh [options] [--] FILE ...

  -u URL         server (PLIK_URL, URL in ~/.plikrc, http://127.0.0.1:8080)
  -T TOKEN       user token (PLIK_TOKEN, Token in ~/.plikrc); - asks for it
  -o             each file can be fetched once
  -r             anybody who has the link may delete
  -t TTL         lifetime: seconds, or 30m, 12h, 7d
  -a             send one archive of all; done anyway for directories
  -s             encrypt with openssl
  -p PASSPHRASE  the same, with this passphrase (PLIK_PASSPHRASE); - asks for it
  -q             print addresses only
  -h             this help
EOF
}

quiet=false
die() { printf '%s\n' "$*" >&2; exit 1; }
say() { $quiet || printf '%b' "$*"; }

# ask QUESTION prints what is answered, which a terminal does not show.
ask() {
	local answer
	printf '%s : ' "$1" >&2
	IFS= read -rs answer || die "Unable to read an answer"
	printf '\n' >&2
	printf '%s' "$answer"
}

# setting KEY prints the value of a key of the configuration file.
setting() {
	[ -r "$rc" ] || return 0
	local line
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in '['*) return 0 ;; esac
		if [[ $line =~ ^[[:space:]]*([A-Za-z]+)[[:space:]]*=[[:space:]]*\"([^\"\\]*)\" ]]; then
			shopt -s nocasematch # it runs in a shell of its own
			[[ ${BASH_REMATCH[1]} == "$1" ]] && { printf '%s' "${BASH_REMATCH[2]}"; return 0; }
		fi
	done <"$rc"
	return 0
}

# quoted TEXT prints it as one word for a shell.
quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

# escaped NAME prints it as it is written in an address.
escaped() {
	local LC_ALL=C i c
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		case $c in
		[A-Za-z0-9._~-]) printf '%s' "$c" ;;
		*) printf '%%%02X' "'$c" ;;
		esac
	done
}

# header NAME VALUE... prints headers for curl, which reads them where others cannot.
header() { while [ $# -gt 1 ]; do [ -z "$2" ] || printf '%s: %s\n' "$1" "$2"; shift 2; done; }

# field KEY JSON prints the first value of a key that is a plain text.
field() {
	local re="\"$1\" *: *\"([^\"\\\\]*)\""
	[[ $2 =~ $re ]] && printf '%s' "${BASH_REMATCH[1]}"
}

# request HEADERS CURL-ARGUMENTS... prints the body of the answer; anything but 200 is an error.
request() {
	local headers=$1 answer code status
	shift
	answer=$(curl -sS -w '\n%{http_code}' -H @<(printf '%s' "$headers") "$@")
	status=$?
	[ $status = 0 ] || exit $status
	code=${answer##*$'\n'}
	answer=${answer%$'\n'*}
	[ "$code" = 200 ] || die "$code : $answer"
	printf '%s' "$answer"
}

ttl=0 oneshot=false removable=false archive=false secure=false passphrase=${PLIK_PASSPHRASE:-}
rc=${PLIKRC:-${HOME:-}/.plikrc}
[ -n "${PLIKRC:-}" ] || [ -e "$rc" ] || rc=/etc/plik/plikrc
url=${PLIK_URL:-$(setting url)}
token=${PLIK_TOKEN:-$(setting token)}

while getopts ':u:T:t:p:orasqh' option; do
	case $option in
	u) url=$OPTARG token=${PLIK_TOKEN:-} ;; # a token of the file is for the server of the file
	T) token=$OPTARG ;;
	o) oneshot=true ;;
	r) removable=true ;;
	t)
		[[ $OPTARG =~ ^(-?[0-9]{1,9})([mhd]?)$ ]] || die "Invalid TTL $OPTARG"
		ttl=$((10#${BASH_REMATCH[1]#-}))
		case ${BASH_REMATCH[2]} in m) ttl=$((ttl * 60)) ;; h) ttl=$((ttl * 3600)) ;; d) ttl=$((ttl * 86400)) ;; esac
		case $OPTARG in -*) ttl=-$ttl ;; esac
		;;
	a) archive=true ;;
	s) secure=true ;;
	p) secure=true passphrase=$OPTARG ;;
	q) quiet=true ;;
	h) usage; exit 0 ;;
	:) die "option -$OPTARG needs a value" ;;
	*) die "bad option '-$OPTARG'" ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || die "No files specified !"
url=${url:-http://127.0.0.1:8080}
url=${url%/}
[[ $url == http://* || $url == https://* ]] || url=http://$url
[ "$token" != - ] || token=$(ask Token) || exit 1
for path in "$@"; do
	[ -e "$path" ] || die "File $path not found"
	[ ! -d "$path" ] || archive=true
done

if $secure; then
	command -v openssl >/dev/null || die "openssl is not installed"
	[ "$passphrase" != - ] || passphrase=$(ask Passphrase) || exit 1
	if [ -z "$passphrase" ]; then
		passphrase=$(LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 32 || true)
		[ ${#passphrase} = 32 ] || die "Unable to make up a passphrase"
	fi
	export PLIK_SH_PASSPHRASE=$passphrase
fi
cipher=(aes-256-cbc -md sha512 -pbkdf2 -iter 120000)

say "Create new upload on $url...\n"
created=$(request "$(header X-PlikToken "$token" Content-Type application/json)" \
	--data-binary "{\"oneShot\":$oneshot,\"removable\":$removable,\"ttl\":$ttl}" "$url/upload") || exit $?
id=$(field id "$created")
upload_token=$(field uploadToken "$created")
domain=$(field downloadDomain "$created")
[[ $id =~ ^[A-Za-z0-9]+$ ]] || die "The server did not say the id of the upload"
domain=${domain:-$url}
domain=${domain%/}
green='' plain=''
[ ! -t 1 ] || [ -n "${NO_COLOR:-}" ] || { green='\033[0;32m' plain='\033[0m'; }
say "\n --> $green$url/#/?id=$id$plain\n\nUploading files...\n\n"

# content prints the bytes to send.
content() {
	if $archive; then
		tar --create --gzip -- "${paths[@]}"
	else
		cat -- "${paths[0]}"
	fi
}
sealed() { if $secure; then openssl "${cipher[0]}" -pass env:PLIK_SH_PASSPHRASE "${cipher[@]:1}"; else cat; fi; }

# form NAME prints a form with the content as its file. curl would keep what comes from a pipe in memory.
form() {
	local name=${1//[\"\\$'\r\n']/_}
	printf -- '--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' "$boundary" "$name"
	content | sealed || { printf 'Unable to read what is to be sent\n' >&2; return 1; }
	printf '\r\n--%s--\r\n' "$boundary"
}

boundary=plik$RANDOM$RANDOM$RANDOM$RANDOM$RANDOM

# send NAME sends the content of paths and prints how to fetch it.
send() {
	local name=$1 sent file_id address command
	sent=$(form "$name" | request "$(header X-PlikToken "$token" X-UploadToken "$upload_token" \
		Content-Type "multipart/form-data; boundary=$boundary" Expect ' ')" -X POST -T - "$url/file/$id") || exit $?
	file_id=$(field id "$sent")
	[[ $file_id =~ ^[A-Za-z0-9]+$ ]] || die "The server did not say the id of the file"
	name=${name//[\"\\$'\r\n']/_}
	address=$domain/file/$id/$file_id/$(escaped "$name")
	if $quiet; then
		printf '%s\n' "$address"
		return
	fi
	command="curl -s $(quoted "$address")"
	! $secure || command+=" | openssl ${cipher[0]} -d -pass $(quoted "pass:$passphrase") ${cipher[*]:1}"
	if $archive; then command+=" | tar zxvf -"; else command+=" > $(quoted "$name")"; fi
	printf '%s\n' "$command"
}

if $archive; then
	paths=("$@")
	name=archive.tar.gz
	if [ $# = 1 ]; then
		base=$1
		case $base in . | .. | */. | */..) base=$(cd -- "$base" && pwd) ;; esac
		name=$(basename -- "$base").tar.gz
	fi
	send "$name"
else
	for path in "$@"; do
		paths=("$path")
		send "$(basename -- "$path")"
	done
fi
say "\n"
