# shellcheck shell=sh disable=SC2154
# Variables: dest, is_unpacked (empty when only metadata changes), batches (quoted calls of batch), keep_newer, and those of parts/archive.sh.

# batch TOOL VALUE NAME...: one change of many members; a link has no permissions of its own
batch() {
  tool=$1
  value=$2
  shift 2
  for name; do
    target=$dest/${name%/}
    case $tool in
    chmod) [ -L "$target" ] || chmod -- "$value" "$target" ;;
    *) "$tool" -h -- "$value" "$target" ;;
    esac || exit
  done
}

if [ -n "$is_unpacked" ]; then
  open_archive
  if [ "$kind" = zip ]; then
    eval "set -- $unzip_options \"\$archive\" $unzip_members"
    if [ -n "$keep_newer" ]; then update=-u; else update=-o; fi
    "$unzip_path" -q -o "$update" "$@" -d "$dest" >&2 || { code=$?; [ "$code" -eq 1 ] || refuse "failed to unpack (code $code)"; }
  else
    if [ -n "$keep_newer" ]; then set -- --keep-newer-files; else set --; fi
    run_tar --extract "$@" || exit
  fi
fi
eval "$batches"
