# shellcheck shell=sh disable=SC2154
# Variables: database, key, service. Prints: code (getent's), entries
need getent
set -- "$database"
[ -z "$key" ] || set -- "$@" "$key"
[ -z "$service" ] || set -- -s "$service" "$@"
entries=$(getent "$@" 2>&1)
fact code "$?"
fact entries "$entries"
