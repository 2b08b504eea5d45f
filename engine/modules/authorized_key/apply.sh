# shellcheck shell=sh disable=SC2154
# Variables: file, folder, make_folder, owner (uid:gid), text, manage (1: folder and file belong to the user).
if [ -n "$make_folder" ]; then
  (umask 077; mkdir -p -- "$folder") || exit
  chown -- "$owner" "$folder" || exit
fi
is_new=
[ -e "$file" ] || is_new=1
put_text "$file" 0600 "$text"
if [ -n "$is_new" ] || [ -n "$manage" ]; then chown -- "$owner" "$file" && chmod 600 -- "$file"; fi
