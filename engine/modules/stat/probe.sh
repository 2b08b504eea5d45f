# shellcheck shell=sh disable=SC2154
# Variables: path, follow, sum_tool (empty when no checksum is wanted), get_mime, get_attributes.
# Prints: path, here[.target], blocks, lnk_source, readable, writeable, executable, sum, mime, lsattr
expand_home "$path"; path=$REPLY
fact path "$path"
if [ -n "$follow" ] && [ -L "$path" ]; then
  # what the link leads to, or nothing
  real_path "$path"
  entry here "$REPLY"
else
  entry here "$path"
fi
[ "$entry_line" != absent ] || exit 0
if [ -n "$follow" ]; then fact blocks "$(stat -L -c '%b/%o' -- "$path")"; else fact blocks "$(stat -c '%b/%o' -- "$path")"; fi
[ ! -r "$path" ] || fact readable 1
[ ! -w "$path" ] || fact writeable 1
[ ! -x "$path" ] || fact executable 1
case $entry_line in
a1*) real_path "$path"; fact lnk_source "$REPLY" ;;
8*)
  if [ -n "$sum_tool" ] && [ -r "$path" ]; then
    need "$sum_tool"
    sum=$("$sum_tool" <"$path") || exit
    fact sum "${sum%% *}"
  fi
  ;;
esac
if [ -n "$get_mime" ] && command -v file >/dev/null 2>&1; then
  mime=$(file --mime-type --mime-encoding -- "$path" 2>/dev/null) && fact mime "${mime##*: }"
fi
if [ -n "$get_attributes" ] && command -v lsattr >/dev/null 2>&1; then
  flags=$(lsattr -vd -- "$path" 2>/dev/null) && fact lsattr "$flags"
fi
exit 0
