# shellcheck shell=sh disable=SC2154,SC2034
# One HTTP request. Headers, names and passwords never stand in an argv; a body comes on stdin.
# Variables: curl_config, dest (a file; may be empty), file_name (within dest, when that is a directory), wants_body (1 or empty).
# Prints: status, url, elapsed (seconds), error, headers, path and is_changed (with dest), size, bytes (the body, where it is wanted, is
# JSON or tells of an error)
need curl
make_scratch
folder=$scratch
begin=$(date +%s)
: >"$folder/body" && : >"$folder/headers" || exit
told=$(curl -q -sS -K /dev/fd/3 -D "$folder/headers" -o "$folder/body" -w '%{http_code} %{url_effective}' 3<<END 2>"$folder/error"
$curl_config
END
)
code=$?
status=${told%% *}
fact status "$status"
fact url "${told#* }"
fact elapsed "$(($(date +%s) - begin))"
[ "$code" -eq 0 ] || fact error "$(cat "$folder/error")"
fact headers "$(tr -d '\0' <"$folder/headers")"
fact size "$(wc -c <"$folder/body")"
if [ -n "$dest" ] && [ "$code" -eq 0 ]; then
  expand_home "$dest"; dest=$REPLY
  [ ! -d "$dest" ] || dest=${dest%/}/$file_name
  fact path "$dest"
  way "$dest"
  dest=$way
  if [ -f "$dest" ] && cmp -s "$folder/body" "$dest"; then
    fact is_changed 0
  else
    make_temporary "$dest"
    cat "$folder/body" >&7 || exit
    write_mode=$(printf '%o' "$((0666 & ~0${tsplay_umask:-$(umask)}))")
    install_temporary
    fact is_changed 1
  fi
fi
case $status in 2*) ;; *) wants_body=1 ;; esac
if [ -z "$wants_body" ] && grep -qi '^content-type:.*json' "$folder/headers"; then wants_body=1; fi
if [ -n "$wants_body" ]; then
  fact bytes ''
  cat "$folder/body"
fi
