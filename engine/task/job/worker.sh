# shellcheck shell=sh disable=SC2154
# The job: leader of a session and of a process group of its own. $1 is its folder.
# Variables: job_shell, job_limit (seconds), job_watch (watch.sh), job_body (what to run)
job_watcher=$(setsid "$job_shell" -c "$job_watch" "$0" "$1" "$job_limit" "$$" &)
(umask 077; printf '%s %s\n' "$$" "$job_watcher" >"$1/pids" && : >"$1/stdout" && : >"$1/stderr") || exit
exec 3<"$1/stdin" >/dev/null 2>&1
rm -f -- "$1/stdin"
(shift; eval "$job_body") <&3 3<&- >>"$1/stdout" 2>>"$1/stderr"
job_code=$?
printf '%s\n' "$job_code" >"$1/code.new" && mv -f -- "$1/code.new" "$1/code"
kill -KILL "-$job_watcher"
