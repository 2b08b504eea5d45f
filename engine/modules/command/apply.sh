# shellcheck shell=sh disable=SC2154
# Runs a program with its arguments; no shell reads them.
# Variables: run_chdir, run_words (quoted words). Prints: what parts/run_apply.sh says.
enter_folder
eval "set -- $run_words"
run_timed "$@"
