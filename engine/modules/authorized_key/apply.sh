# shellcheck shell=sh disable=SC2154,SC2034
# Variables: file, folder, make_folder, owner (uid:gid), text, manage (1: folder and file belong to the user).
if [ -n "$make_folder" ]; then
  parent_of "$folder"
  make_way "$REPLY"
  set_owner=$owner
  set_mode=0700
  make_folder "$folder"
fi
# the folder is the user's: no link in it is followed
[ ! -e "$file" ] || [ -n "$manage" ] || owner=keep
put_text "$file" 0600 "$text" "$owner"
