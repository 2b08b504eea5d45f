# shellcheck shell=sh disable=SC2154
# Variables: words (quoted words: the command). Prints: what the command prints.
eval "set -- $words"
need "$1"
"$@"
