# shellcheck shell=sh disable=SC2154
# Ends a job at once and removes what it has to tell.
# Variables: jid
need rm
job_folder
if read -r job_group watch_group <"$job/pids"; then kill -KILL "-$watch_group" "-$job_group"; fi 2>/dev/null
rm -rf -- "$job"
