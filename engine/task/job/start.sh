# shellcheck shell=sh disable=SC2154
# Begins a job that the end of the connection does not end. Its text goes in by a pipe, since an argv can be seen by everybody.
# Variables: jid, job_shell, job_text (worker.sh and what it needs). Stdin: the job's own. Prints: folder
need setsid mkdir cat
job_folder
(umask 077; mkdir -p -- "${job%/*}" && mkdir -- "$job" && cat >"$job/stdin") || exit
# ends when the job has closed this pipe: it has its text then, and is on its own
# shellcheck disable=SC2016
job_said=$(printf %s "$job_text" | setsid "$job_shell" -c 'eval "$(cat)"' "$jid" "$job" &)
[ -s "$job/pids" ] || refuse "the job did not begin: ${job_said:-$job_shell said nothing}"
fact folder "$job"
