# shellcheck shell=sh disable=SC2154
# Is a command to be run at all?
# Variables: run_chdir, run_creates, run_removes (words, see expand.ts; empty when not given).
# Prints: folder_problem, creates_found, removes_found (1 or 0)

# any_match PATTERN: whether something is there, a dangling link too
any_match() {
  # an empty IFS: the pattern may hold spaces
  IFS=
  # shellcheck disable=SC2086
  for run_match in $1; do
    if [ -e "$run_match" ] || [ -L "$run_match" ]; then return 0; fi
  done
  return 1
}

ask_run() {
  if [ -n "$run_chdir" ]; then
    eval "run_folder=$run_chdir"
    # shellcheck disable=SC2164
    run_said=$(cd -- "$run_folder" 2>&1) || { fact folder_problem "${run_said##*: }"; exit 0; }
    cd -- "$run_folder" || exit
  fi
  if [ -n "$run_creates" ]; then
    eval "run_pattern=$run_creates"
    if any_match "$run_pattern"; then fact creates_found 1; else fact creates_found 0; fi
  fi
  if [ -n "$run_removes" ]; then
    eval "run_pattern=$run_removes"
    if any_match "$run_pattern"; then fact removes_found 1; else fact removes_found 0; fi
  fi
}
