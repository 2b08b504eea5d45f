# shellcheck shell=sh disable=SC2154
# Variables: commands (lines, each the quoted words of one call of update-alternatives).
while IFS= read -r words; do
  eval "set -- $words"
  update-alternatives "$@" </dev/null >&2 || exit
done <<END
$commands
END
