#!/usr/bin/env bash
# Draws docs/screenshots anew: the main screens with files as people send them.
# Usage: pictures.sh PLIKD DIR [CLIENTS]. CLIENTS is what "make clients" makes. Needs chromium, python3, pngquant and the font Inter, all of them in Debian.
set -euo pipefail
plikd=$(realpath "${1:?usage: pictures.sh PLIKD DIR [CLIENTS]}")
out=$(realpath "${2:?usage: pictures.sh PLIKD DIR [CLIENTS]}")
clients=${3:+$(realpath "$3")}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
cleanup() {
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  rm -rf "$work"
}
export PLIKD_LISTEN_ADDRESS=127.0.0.1 PLIKD_LISTEN_PORT=0 PLIKD_FEATURE_AUTHENTICATION=enabled PLIKD_DEFAULT_TTL_STR=7d PLIKD_MAX_USER_SIZE_STR=1GB PLIKD_CLIENTS_DIRECTORY=${clients:-$work/none}
cd "$work"
"$plikd" user create --login mara --name 'Mara Lindqvist' --admin --password 'correct horse' --max-user-size 200MB >/dev/null
for name in jonas media-lab; do "$plikd" user create --login "$name" --password 'correct horse' >/dev/null; done
"$plikd" >log 2>&1 &
pid=$!
trap cleanup EXIT
until url=$(sed -n 's/.*serving address="\(.*\)\/".*/\1/p' log) && [ -n "$url" ]; do
  kill -0 "$pid" || { cat log; exit 1; }
  sleep 0.1
done
cat >fonts.conf <<'FONTS'
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern"><test name="family"><string>sans-serif</string></test><edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>
  <match target="pattern"><test name="family"><string>system-ui</string></test><edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>
  <match target="pattern"><test name="family"><string>sans</string></test><edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>
</fontconfig>
FONTS
# What was sent over some weeks is sent now, and then made older.
cat >older.py <<'OLDER'
import datetime, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
def older(rows, age):
    for i, (id, at) in enumerate(rows):
        day = datetime.date.fromisoformat(at[:10]) - datetime.timedelta(days=age(i, len(rows)))
        if day.weekday() >= 5 and i % 4:
            day -= datetime.timedelta(days=2)
        db.execute('UPDATE uploads SET created_at = ? WHERE id = ?', (day.isoformat() + at[10:], id))
all = "SELECT id, created_at FROM uploads WHERE (user = 'local:mara') = ? ORDER BY created_at"
older(db.execute(all, (False,)).fetchall(), lambda i, n: int(29 * (1 - i / n) ** 1.15))
older(db.execute(all, (True,)).fetchall(), lambda i, n: [16, 11, 8, 4, 3, 1, 0][i])
db.commit()
OLDER
FONTCONFIG_FILE=$work/fonts.conf PLIK_URL=$url PLIK_DB=$work/plik.db OLDER=$work/older.py node "$OLDPWD/e2e/pictures.mjs" "$work/pictures"
cd pictures
pngquant --force --ext .png --speed 1 --strip --quality 60-95 -- *.png
mkdir -p "$out"
cp -- *.png "$out"
