# shellcheck shell=sh disable=SC2154
# Gives a line to a shell and adds nothing.
# Variables: run_executable, run_line. Prints: what the line prints.
exec "$run_executable" -c "$run_line"
