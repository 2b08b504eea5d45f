# shellcheck shell=sh disable=SC2154
# Variables: remote (1 when the fragments lie on the host), src, and those of ask_whole.
# Prints what ask_whole prints; for remote also source and, as bytes, size\0name\0 of each fragment and its content
if [ -n "$remote" ]; then
  need wc cat
  expand_home "$src"; src=$REPLY
  [ -e "$src" ] || refuse "Source ($src) does not exist"
  [ -d "$src" ] || refuse "Source ($src) is not a directory"
  way "$src" follow
  fact source "$src"
fi
ask_whole
if [ -n "$remote" ]; then
  fact bytes ''
  for fragment in "$src"/* "$src"/.[!.]* "$src"/..?*; do
    [ -f "$fragment" ] || continue
    [ ! -L "$fragment" ] || way "$fragment" follow
    size=$(wc -c <"$fragment") || exit
    printf '%d\0%s\0' "$size" "${fragment##*/}"
    cat -- "$fragment" || exit
  done
fi
exit 0
