#!/bin/sh
# Restarts the services of Holdfast one after the other and waits until every session that should run is read again. Each is asked to
# end (TERM), and whoever runs it, npm start or Docker Compose, starts it again. Sessions go on; servers (NATS, databases) stay.
#
#   ./restart_services.sh [npm|compose]   which of both, where both run here
#
#   HOLDFAST_API_KEY        a key of the API, where npm start needs one
#   HOLDFAST_HOME           folder of npm start: .holdfast unless set
#   HOLDFAST_COMPOSE        how Compose is called here: "docker compose" unless set
#   HOLDFAST_WAIT_SECONDS   how long to wait for each service, and for the sessions: 120 unless set
set -eu
cd "$(dirname "$0")"

home=${HOLDFAST_HOME:-.holdfast}
wait_seconds=${HOLDFAST_WAIT_SECONDS:-120}
node=node
[ ! -x node_modules/.bin/node ] || node=node_modules/.bin/node

fail() {
  echo "restart_services.sh: $1" >&2
  exit 1
}

# until_true WHAT COMMAND...: runs the command every half a second until it succeeds.
until_true() {
  what=$1
  shift
  left=$((wait_seconds * 2))
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || fail "not within $wait_seconds s: $what"
    sleep 0.5
  done
}

# --- npm start: what runs stands in running.json ---

running() {
  "$node" -p "const r = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8')); $1" "$home/running.json" 2>/dev/null
}

npm_runs() {
  launcher=$(running 'r.pid') && kill -0 "$launcher" 2>/dev/null
}

npm_instances() {
  running "Object.keys(r.children).filter((n) => /^(api|supervisor|alarms|writer|collector-\d+)$/.test(n)).join('\n')"
}

npm_life() {
  running "r.children['$1'].pid"
}

npm_ready() {
  [ "$(running "r.children['$1'].ready")" = true ]
}

npm_term() {
  kill -TERM "$(npm_life "$1")"
}

npm_check() {
  url=$(running 'r.api_url')
  HOLDFAST_URL=$url "$node" tools/cli/bin/holdfast.mjs check-recovery "$@"
}

# --- Compose: an instance is the name of its container ---

compose() {
  # shellcheck disable=SC2086 # It may be several words.
  ${HOLDFAST_COMPOSE:-docker compose} "$@" </dev/null
}

compose_runs() {
  [ -n "$(compose ps --quiet api 2>/dev/null)" ]
}

compose_instances() {
  compose ps --format '{{.Service}} {{.Name}}' | sed -n -E 's/^(api|supervisor|alarms|writer|collector[^ ]*) /\1 /p' | tr ' ' '/'
}

# Service and number of SERVICE/PROJECT-SERVICE-NUMBER.
inside() {
  service=${1%%/*}
  number=${1##*[-_]}
  shift
  compose exec -T --index "$number" "$service" "$@"
}

# When its first process began: another one after a restart.
compose_life() {
  inside "$1" cut -d ' ' -f 22 /proc/1/stat 2>/dev/null
}

compose_ready() {
  compose ps --format '{{.Name}} {{.Health}}' "${1%%/*}" | grep -q "^${1#*/} healthy$"
}

# The container may be gone before the engine has asked how this ended. Whether it was asked to end shows when it is started again.
compose_term() {
  inside "$1" sh -c 'kill -TERM 1' || true
}

compose_check() {
  compose exec -T api holdfast check-recovery "$@"
}

# --- Both ---

is_another() {
  now=$("${where}_life" "$1") && [ -n "$now" ] && [ "$now" != "$2" ] && "${where}_ready" "$1"
}

restart() {
  before=$("${where}_life" "$1")
  echo "  $(basename "$1") is asked to end"
  "${where}_term" "$1"
  until_true "$1 to be started again" is_another "$1" "$before"
}

where=${1:-}
case $where in
  npm) npm_runs || fail "npm start does not run here ($home/running.json)" ;;
  compose) compose_runs || fail 'Docker Compose runs no api here' ;;
  '')
    if npm_runs; then where=npm; elif compose_runs; then where=compose; else
      fail 'nothing runs here: neither npm start nor docker compose up'
    fi
    ;;
  *) fail "there is no $where: npm or compose" ;;
esac

instances=$("${where}_instances")
[ -n "$instances" ] || fail 'no service runs here'
# Collectors last, one by one: the others read meanwhile.
for part in supervisor alarms writer api collector; do
  for instance in $instances; do
    case $instance in
      "$part"*) ;;
      *) continue ;;
    esac
    restart "$instance"
    # A sample within this second may be from before.
    sleep 1
    since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    # Sessions that were not read before are not waited for: they may wait for the next service.
    [ "$part" != collector ] || "${where}_check" --since "$since" --wait 30 >/dev/null || true
  done
done
"${where}_check" --since "$since" --wait "$wait_seconds" || fail 'not every session that should run is read again'
echo 'All services were restarted, and every session that should run is read again.'
