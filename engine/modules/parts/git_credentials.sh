# shellcheck shell=sh disable=SC2154,SC2163,SC2086
# Passwords for git, by the environment: an argv is there for everybody to read. Variables: git_exports (names of variables, may be empty), and those
[ -z "$git_exports" ] || export $git_exports
