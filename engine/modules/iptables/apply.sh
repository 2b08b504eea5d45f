# shellcheck shell=sh disable=SC2154
# Variables: commands (lines of quoted words)
while IFS= read -r line; do
  eval "set -- $line"
  "$@" || exit
done <<END
$commands
END
