# shellcheck shell=sh disable=SC2154
# Variables: path, folders (quoted words: directories to make first), folder_mode, is_content (empty when only metadata changes), and
# those of write_file.

# make_folders: the missing directories above the file, with its owner and group and a mode of their own
make_folders() {
  eval "set -- $folders"
  for folder; do
    mkdir -- "$folder" || exit
    [ -z "$set_owner" ] || chown -- "$set_owner" "$folder" || exit
    [ -z "$set_group" ] || chgrp -- "$set_group" "$folder" || exit
    [ -z "$folder_mode" ] || chmod -- "$folder_mode" "$folder" || exit
  done
}

write_whole() {
  make_folders
  if [ -n "$is_content" ]; then
    write_file "$path"
  else
    set_attributes "$path"
    set_flags_of "$path"
  fi
}
