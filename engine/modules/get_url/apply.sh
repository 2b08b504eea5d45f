# shellcheck shell=sh disable=SC2154,SC2034
# Variables: is_content, sum_tool and sum (the wanted checksum; empty for none), tmp_dest, old_sum (sha1 of the old file), those of
# download, write_file and write_whole. Prints: checksum_src, md5sum, status_code, elapsed, is_same (1: the old file is the same), made
begin=$(date +%s)
if [ -z "$is_content" ]; then
  write_whole
else
  need sha1sum wc mv
  # by its descriptor: its name can be taken away
  got=/proc/self/fd/7
  if [ -n "$tmp_dest" ]; then
    expand_home "$tmp_dest"
    [ -d "$REPLY" ] || refuse "tmp_dest $REPLY is not a directory"
    make_scratch "$REPLY"
    got=$scratch/download
  fi
  make_temporary "$path"
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
    set_mode=$write_mode
    adjust_here "$held_name"
  else
    [ -z "$tmp_dest" ] || cat -- "$got" >&7 || exit
    install_temporary
  fi
fi
fact elapsed "$(($(date +%s) - begin))"
entry made "$path"
