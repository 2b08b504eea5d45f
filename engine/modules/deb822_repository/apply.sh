# shellcheck shell=sh disable=SC2154,SC2034
# Variables: slug, action (write or remove), text, mode, those of fetch_to, ending (both only when the key is to be written).
folder=/etc/apt/keyrings
if [ "$action" = remove ]; then
  for file in "/etc/apt/sources.list.d/$slug.sources" "$folder/$slug.asc" "$folder/$slug.gpg"; do
    [ ! -e "$file" ] || remove "$file"
  done
  exit 0
fi
if [ -n "$url" ]; then
  set_mode=0755
  [ -d "$folder" ] || make_folder "$folder"
  set_mode=
  write_mode=00644
  make_temporary "$folder/$slug.$ending"
  fetch_to /proc/self/fd/7
  install_temporary
fi
[ -z "$text" ] || put_text "/etc/apt/sources.list.d/$slug.sources" 0644 "$text"
set_mode=$mode
adjust "/etc/apt/sources.list.d/$slug.sources"
