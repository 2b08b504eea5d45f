# shellcheck shell=sh disable=SC2154
# Variables: name. Prints: selection (when dpkg knows the package)
need dpkg
line=$(LC_ALL=C dpkg --get-selections "$name" 2>/dev/null)
# the first of several architectures
# shellcheck disable=SC2086
set -- $line
[ -z "${2:-}" ] || fact selection "$2"
