# shellcheck shell=sh disable=SC2154
# Variables: is_content, sum_tool and sum (the wanted checksum; empty for none), tmp_dest, old_sum (sha1 of the old file), those of
# download, write_file and write_whole. Prints: checksum_src, md5sum, status_code, elapsed, is_same (1: the old file is the same), made
begin=$(date +%s)
if [ -z "$is_content" ]; then
  write_whole
else
  need sha1sum wc mv
  make_temporary "$path"
  got=$write_temporary
  if [ -n "$tmp_dest" ]; then
    expand_home "$tmp_dest"
    [ -d "$REPLY" ] || refuse "tmp_dest $REPLY is not a directory"
    got=$REPLY/.tsplay.$$
    trap 'release; rm -f -- "$write_temporary" "$got"' EXIT
    (umask 077; set -C; : >"$got") || exit
  fi
  download "$got" || refuse "Request failed${status_code:+ (HTTP status $status_code)}: $url${download_said:+: $download_said}"
  fact status_code "$status_code"
  if [ -n "$sum_tool" ]; then
    digest=$("$sum_tool" <"$got") || exit
    [ "${digest%% *}" = "$sum" ] || refuse "The checksum for $path did not match $sum; it was ${digest%% *}."
  fi
  new_sum=$(sha1sum <"$got") || exit
  fact checksum_src "${new_sum%% *}"
  if command -v md5sum >/dev/null 2>&1; then
    md5=$(md5sum <"$got") && fact md5sum "${md5%% *}"
  fi
  if [ "${new_sum%% *}" = "$old_sum" ]; then
    fact is_same 1
    set_attributes "$path"
    [ -z "$write_mode" ] || chmod -- "$write_mode" "$path" || exit
    set_flags_of "$path"
  else
    [ "$got" = "$write_temporary" ] || cat -- "$got" >"$write_temporary" || exit
    install_temporary "$path"
  fi
fi
fact elapsed "$(($(date +%s) - begin))"
entry made "$path"
