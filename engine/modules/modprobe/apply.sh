# shellcheck shell=sh disable=SC2154,SC2086
# Variables: name, params (words), action (load, unload or empty), persist (1, 0 or empty), load_changes, option_changes (quoted paths of
# files that hold lines about the module), make_load, options_wanted (a line, may be empty).
# drop PATTERN FILE: the file without the lines that match, whole or not at all
drop() {
  # an x keeps the newlines at the end
  text=$(sed "/$1/d" "$2" && printf x) || exit
  text=${text%x}
  # nothing is left of a file that held only this
  case $text in *[![:space:]]*) put_text "$2" 0644 "$text" ;; *) remove "$2" ;; esac
}

# add PATH LINE: the file with one more line; whatever else is in it stays
add() {
  text=
  if [ -e "$1" ]; then
    text=$(cat -- "$1") || exit
    text=${text:+$text
}
  fi
  put_text "$1" 0644 "$text$2
"
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
if [ -n "$make_load" ]; then make_way /etc/modules-load.d; add "/etc/modules-load.d/$name.conf" "$name"; fi
if [ -n "$options_wanted" ]; then make_way /etc/modprobe.d; add "/etc/modprobe.d/$name.conf" "$options_wanted"; fi
exit 0
