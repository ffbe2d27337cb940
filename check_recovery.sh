#!/bin/sh
# Whether every session that should run is read: one line with expected against actual, and the exit code 0 or 1. For cron
# and monitors; needs curl alone. `holdfast check-recovery` (docs/cli.md) tells more.
#
#   HOLDFAST_URL       address of the API, http://localhost:8000 unless set
#   HOLDFAST_API_KEY   a key of the API where it needs one; a viewer's is enough
set -eu

url=${HOLDFAST_URL:-http://localhost:8000}
key=${HOLDFAST_API_KEY:-}

unknown() {
  echo "UNKNOWN: $1"
  exit 1
}

case $key in
  *[!A-Za-z0-9_-]*) unknown 'HOLDFAST_API_KEY is no key: it has letters, digits, _ and - only' ;;
esac

# The key goes over standard input: arguments of a process can be read by everybody on the machine.
options='silent'
[ -z "$key" ] || options="$options
header = \"Authorization: Bearer $key\""
answer=$(printf '%s\n' "$options" | curl --config - --show-error --max-time 20 --write-out '\n%{http_code}' \
  "${url%/}/api/acquisition/recovery/?only=disagreements&limit=1" 2>&1) || unknown "no answer from $url ($(printf "%s\n" "$answer" | head -n 1))"

status=$(printf '%s\n' "$answer" | tail -n 1)
case $status in
  200) ;;
  401 | 403) unknown "$url wants a key ($status): give it in HOLDFAST_API_KEY" ;;
  *) unknown "$url answered with $status" ;;
esac

# Only at the top level do these names have a number, and no text in an answer has a bare quote.
number() {
  printf '%s\n' "$answer" | sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p"
}
expected=$(number expected)
actual=$(number actual)
missing=$(number missing)
starting=$(number starting)
unknown=$(number unknown)
unexpected=$(number unexpected)
case ":$expected:$actual:$missing:$starting:$unknown:$unexpected:" in
  *::*) unknown "what answers at $url is not the API of Holdfast" ;;
esac

case $answer in
  *'"log_damage":[]'*) ;;
  *)
    why=$(printf '%s\n' "$answer" | sed -n 's/.*"log_damage":\[{[^}]*"detail":"\([^"]*\)".*/\1/p')
    echo "WARNING: the session log is damaged${why:+: $why}; expected $expected running sessions, actual $actual"
    exit 1
    ;;
esac
if [ "$missing" -eq 0 ] && [ "$unknown" -gt 0 ]; then
  why=$(printf '%s\n' "$answer" | sed -n 's/.*"storing":{"state":"unknown","detail":"\([^"]*\)".*/\1/p')
  unknown "expected $expected running sessions, $unknown of them are read and perhaps not stored${why:+: $why}"
fi
if [ "$missing" -eq 0 ] && [ "$unexpected" -eq 0 ]; then
  more=''
  [ "$starting" -eq 0 ] || more=", starting $starting"
  echo "OK: expected $expected running sessions, actual $actual$more"
  exit 0
fi
ids=$(printf '%s\n' "$answer" | sed -n 's/.*"missing_sessions":\[\([^]]*\)\].*/\1/p' | tr -d '"' | cut -c 1-200)
more=''
[ "$missing" -eq 0 ] || more="; missing: $ids"
[ "$unexpected" -eq 0 ] || more="$more; read although they should not be: $unexpected"
echo "WARNING: expected $expected running sessions but found $actual$more"
exit 1
