# shellcheck shell=sh disable=SC2034,SC2154
# Detached jobs (async): where they keep what they have to tell.
# A job's folder holds: pids (the job's process group and its watch's), stdout, stderr, and at the end code, or timeout

# job_folder: sets $job to the folder of the job $jid
job_folder() {
  expand_home "${ANSIBLE_ASYNC_DIR:-~/.ansible_async}"
  job=$REPLY/$jid
}
