# shellcheck shell=sh
# put_text PATH MODE TEXT: the file holds TEXT, whole or not at all; a file that is there keeps its owner and mode, a link stays a link
put_text() {
  put_path=$1
  if [ -L "$put_path" ]; then put_path=$(readlink -f -- "$put_path") || exit; fi
  put_temporary=$put_path.tsplay.$$
  trap 'release; rm -f -- "$put_temporary"' EXIT
  if [ -e "$put_path" ]; then cp -p -- "$put_path" "$put_temporary" || exit
  else (umask 077; : >"$put_temporary") && chmod -- "$2" "$put_temporary" || exit
  fi
  printf '%s' "$3" >"$put_temporary" || exit
  mv -f -- "$put_temporary" "$put_path" || exit
  trap release EXIT
}
