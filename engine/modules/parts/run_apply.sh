# shellcheck shell=sh disable=SC2154
# Runs a command with stdin and stdout of its own, and says after its output how long it took.
# Variables: run_chdir (a word, see expand.ts). All names begin with run_: the command's words may name variables of the environment.
# Prints, after the command's own output: begin, end ("SECONDS.NANOSECONDS LOCAL-DATE LOCAL-TIME"), or errno, or folder_problem

run_now() { date '+%s.%N %Y-%m-%d %H:%M:%S'; }

enter_folder() {
  [ -n "$run_chdir" ] || return 0
  eval "run_folder=$run_chdir"
  # shellcheck disable=SC2164
  run_said=$(cd -- "$run_folder" 2>&1) || { printf '\0'; fact folder_problem "${run_said##*: }"; exit 126; }
  cd -- "$run_folder" || exit
}

# run_find NAME: sets $REPLY to 0 when NAME can be executed, else to the number that execve(2) would give
run_find() {
  case $1 in
  */*)
    if [ ! -e "$1" ]; then REPLY=2; elif [ -d "$1" ] || [ ! -x "$1" ]; then REPLY=13; else REPLY=0; fi
    ;;
  *)
    REPLY=2
    run_ifs=$IFS
    IFS=:
    for run_folder in $PATH; do
      [ -f "${run_folder:-.}/$1" ] || continue
      if [ -x "${run_folder:-.}/$1" ]; then REPLY=0; break; fi
      REPLY=13
    done
    IFS=$run_ifs
    ;;
  esac
}

# run_timed WORDS: a program, never a builtin of this shell
run_timed() {
  run_find "$1"
  [ "$REPLY" -eq 0 ] || { printf '\0'; fact errno "$REPLY"; exit 127; }
  run_begin=$(run_now)
  (exec "$@")
  run_code=$?
  printf '\0'
  fact begin "$run_begin"
  fact end "$(run_now)"
  exit "$run_code"
}
