# shellcheck shell=sh disable=SC2154
# Gives a command line to a shell.
# Variables: run_chdir, run_executable, run_line. Prints: what parts/run_apply.sh says.
enter_folder
run_timed "$run_executable" -c "$run_line"
