# shellcheck shell=sh disable=SC2154
# Variables: short_id (to remove), or keyserver and id, or data, file or those of fetch_to; keyring (may be empty)
need apt-key
if [ -n "$short_id" ]; then
  apt-key ${keyring:+--keyring "$keyring"} del "$short_id" >/dev/null || exit
elif [ -n "$keyserver" ]; then
  apt-key ${keyring:+--keyring "$keyring"} adv --no-tty --batch --keyserver "$keyserver" --recv "$id" || refuse "Error fetching key $id from keyserver: $keyserver"
elif [ -n "$data" ]; then
  printf '%s\n' "$data" | apt-key ${keyring:+--keyring "$keyring"} add -
else
  if [ -z "$file" ]; then
    make_scratch
    file=$scratch/key
    fetch_to "$file"
  fi
  apt-key ${keyring:+--keyring "$keyring"} add "$file"
fi
