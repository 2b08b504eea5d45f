# shellcheck shell=sh disable=SC2154,SC2086
# Variables: name, params (words), action (load, unload or empty), persist (1, 0 or empty), load_changes, option_changes (quoted paths of
# files that hold lines about the module), make_load, options_wanted (a line, may be empty).
# drop PATTERN FILE: the file without the lines that match, whole or not at all
drop() {
  temporary=$2.tsplay.$$
  cp -p -- "$2" "$temporary" && sed "/$1/d" "$2" >"$temporary" || exit
  # nothing is left of a file that held only this
  if grep -q '[^[:space:]]' "$temporary"; then mv -f -- "$temporary" "$2" || exit; else rm -f -- "$temporary" "$2" || exit; fi
}

# add PATH LINE: the file with one more line; whatever else is in it stays
add() {
  temporary=$1.tsplay.$$
  if [ -e "$1" ]; then
    cp -p -- "$1" "$temporary" || exit
    [ -z "$(tail -c 1 "$1")" ] || printf '\n' >>"$temporary" || exit
  fi
  printf '%s\n' "$2" >>"$temporary" && chmod 644 -- "$temporary" && mv -f -- "$temporary" "$1" || exit
}

# parameters are words, not patterns
set -f
case $action in
load) modprobe -- "$name" $params || exit ;;
unload) modprobe -r -- "$name" || exit ;;
esac
[ -n "$persist" ] || exit 0
set +f
quoted=$(printf '%s' "$name" | sed 's/[].[*^$/]/\\&/g')
eval "set -- $load_changes"
for file; do drop "^[[:space:]]*${quoted}[[:space:]]*\$" "$file"; done
eval "set -- $option_changes"
for file; do drop "^[[:space:]]*options[[:space:]][[:space:]]*${quoted}\\([[:space:]].*\\)\\{0,1\\}\$" "$file"; done
[ "$persist" = 1 ] || exit 0
if [ -n "$make_load" ]; then mkdir -p /etc/modules-load.d && add "/etc/modules-load.d/$name.conf" "$name"; fi
if [ -n "$options_wanted" ]; then mkdir -p /etc/modprobe.d && add "/etc/modprobe.d/$name.conf" "$options_wanted"; fi
exit 0
