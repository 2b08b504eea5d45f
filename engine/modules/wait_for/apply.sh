# shellcheck shell=sh disable=SC2154
# Variables: those of check.sh, delay, pause, limit (all in seconds). Prints: elapsed, met (1 or 0), seen
prepare_check
begin=$(date +%s)
[ "$delay" -eq 0 ] || sleep "$delay"
met=0
if [ -z "$port$path" ] && [ "$state" != drained ]; then
  sleep "$limit"
  met=1
else
  while :; do
    if is_met; then met=1; break; fi
    now=$(date +%s)
    [ $((now - begin)) -lt "$limit" ] || break
    sleep "$pause"
  done
fi
fact elapsed "$(($(date +%s) - begin))"
fact met "$met"
fact seen "$seen"
exit 0
