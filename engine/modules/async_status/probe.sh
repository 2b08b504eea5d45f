# shellcheck shell=sh disable=SC2154
# How far is a job, and what has it printed?
# Variables: jid. Prints: folder, is (absent, running, ended, timeout or lost), code (when ended), stdout_size, bytes (stdout, then stderr)
job_folder
fact folder "$job"
[ -d "$job" ] || { fact is absent; exit 0; }
need wc cat
is=running
# the processes first: what ends between the two looks has left its code
read -r job_group watch_group <"$job/pids" || exit
kill -0 "-$job_group" 2>/dev/null || kill -0 "-$watch_group" 2>/dev/null || is=lost
if [ -e "$job/code" ]; then
  read -r code <"$job/code"
  is=ended
  fact code "$code"
elif [ -e "$job/timeout" ]; then
  is=timeout
fi
fact is "$is"
[ "$is" = running ] && exit 0
fact stdout_size "$(wc -c <"$job/stdout")"
fact bytes ''
cat -- "$job/stdout" "$job/stderr"
