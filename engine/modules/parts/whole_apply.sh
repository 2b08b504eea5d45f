# shellcheck shell=sh disable=SC2154,SC2034
# Variables: path, folders (quoted words: directories to make first), folder_mode, is_content (empty when only metadata changes), and
# those of write_file; for a link whose file is written: link, link_owner, link_group (the link's own).

# shellcheck disable=SC2120
# make_folders: the missing directories above the file, with its owner and group and a mode of their own
make_folders() {
  eval "set -- $folders"
  [ $# -gt 0 ] || return 0
  file_mode=${set_mode-} file_flags=${set_flags-}
  set_mode=$folder_mode set_flags=
  for folder; do make_folder "$folder"; done
  set_mode=$file_mode set_flags=$file_flags
}

write_whole() {
  # shellcheck disable=SC2119
  make_folders
  if [ -n "$is_content" ]; then write_file "$path"; elif [ -z "${link-}" ]; then adjust "$path"; fi
  if [ -n "${link-}" ]; then
    set_owner=$link_owner set_group=$link_group set_context='' set_mode='' set_flags=''
    adjust "$link" link
  fi
}
