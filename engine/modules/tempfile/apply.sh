# shellcheck shell=sh disable=SC2154
# Variables: state (file or directory), folder (empty for the host's), prefix, suffix. Prints: path, made (an entry)
need od tr
expand_home "$folder"
folder=${REPLY:-${TMPDIR:-/tmp}}
[ -d "$folder" ] || refuse "no such directory: $folder"
try=0
# NOTE: not every mktemp takes a suffix
while :; do
  path=${folder%/}/$prefix$(od -An -N5 -tx1 /dev/urandom | tr -d ' \n')$suffix
  if [ "$state" = directory ]; then
    (umask 077; mkdir -- "$path") 2>/dev/null && break
  else
    (umask 077; set -C; : >"$path") 2>/dev/null && break
  fi
  try=$((try + 1))
  [ "$try" -lt 20 ] || refuse "cannot make a $state in $folder"
done
fact path "$path"
entry made "$path"
