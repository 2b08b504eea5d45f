# shellcheck shell=sh disable=SC2154
# Variables: slug, action (write or remove), text, mode, those of fetch_to, ending (both only when the key is to be written).
folder=/etc/apt/keyrings
if [ "$action" = remove ]; then
  rm -f -- "/etc/apt/sources.list.d/$slug.sources" "$folder/$slug.asc" "$folder/$slug.gpg"
  exit
fi
if [ -n "$url" ]; then
  [ -d "$folder" ] || mkdir -m 755 -- "$folder" || exit
  temporary=$folder/.tsplay.$$
  trap 'release; rm -f -- "$temporary"' EXIT
  fetch_to "$temporary"
  chmod 644 -- "$temporary" && mv -f -- "$temporary" "$folder/$slug.$ending" || exit
  trap release EXIT
fi
[ -z "$text" ] || put_text "/etc/apt/sources.list.d/$slug.sources" 0644 "$text"
[ -z "$mode" ] || chmod -- "$mode" "/etc/apt/sources.list.d/$slug.sources"
