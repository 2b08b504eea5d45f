# shellcheck shell=sh
# Ends a job that takes too long: all of its process group. Tells its own first.
# $1: the job's folder, $2: seconds, $3: the job's process group
printf %s "$$"
exec </dev/null >/dev/null 2>&1
sleep "$2"
kill -TERM "-$3"
round=0
# a second to end by itself, then no mercy
while kill -0 "-$3" && [ "$round" -lt 10 ]; do
  sleep 0.1 || sleep 1
  round=$((round + 1))
done
kill -KILL "-$3"
[ ! -d "$1" ] || : >"$1/timeout"
