# shellcheck shell=sh disable=SC2154
# Removes what a job has to tell; a job that still runs goes on.
# Variables: jid
need rm
job_folder
rm -rf -- "$job"
