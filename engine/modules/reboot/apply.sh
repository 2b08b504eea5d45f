# shellcheck shell=sh disable=SC2154
# Variables: words (quoted words: the command, may be empty), folders (quoted words), minutes, message
find_in_folders() {
  name=$1
  eval "set -- $folders"
  for folder; do
    [ -x "$folder/$name" ] && { REPLY=$folder/$name; return 0; }
  done
  return 1
}
eval "set -- $words"
if [ $# -eq 0 ]; then
  if find_in_folders shutdown; then set -- shutdown -r "+$minutes" "$message"; else set -- reboot; fi
fi
case $1 in
/*) REPLY=$1 ;;
*) find_in_folders "$1" || refuse "Unable to find command \"$1\" in search paths: $folders" ;;
esac
shift
"$REPLY" "$@"
