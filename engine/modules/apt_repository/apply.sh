# shellcheck shell=sh disable=SC2154
# Variables: puts (quoted words: path, mode (may be empty), is_new, new text, old text, for each file), update_lists (1 or empty), and
# those of parts/apt/apply.sh. An update that fails puts the old files back.
eval "set -- $puts"
while [ $# -gt 0 ]; do
  if [ -z "$4" ]; then remove "$1"
  else
    parent_of "$1"
    make_way "$REPLY"
    put_text "$1" "${2:-0644}" "$4"
  fi
  shift 5
done
[ -n "$update_lists" ] || exit 0
(update_only)
code=$?
if [ "$code" -ne 0 ]; then
  eval "set -- $puts"
  while [ $# -gt 0 ]; do
    if [ -n "$3" ]; then remove "$1"; else put_text "$1" 0644 "$5"; fi
    shift 5
  done
  exit "$code"
fi
exit 0
