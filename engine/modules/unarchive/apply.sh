# shellcheck shell=sh disable=SC2154,SC2034
# Variables: dest, is_unpacked (empty when only metadata changes), batches (quoted calls of batch), keep_newer, and those of parts/archive.sh.

# batch TOOL VALUE NAME...: one change of many members; a link has no permissions of its own
batch() {
  set_owner='' set_group='' set_mode=''
  case $1 in
  chown) set_owner=$2 ;;
  chgrp) set_group=$2 ;;
  chmod) set_mode=$2 ;;
  esac
  shift 2
  for member; do adjust "${root%/}/${member%/}" any; done
}

# judge_members: what is there may lead out of the folder
judge_members() {
  while IFS= read -r member; do
    case $member in
    */) way "${root%/}/$member" follow ;;
    *) way "${root%/}/$member" ;;
    esac
  done <<END
$1
END
}

hold "$dest"
root=$held
if [ -n "$is_unpacked" ]; then
  case $archive in '' | /* | "~"*) ;; *) [ -n "$is_url" ] || archive=$way_start/$archive ;; esac
  open_archive
  stand_in "$root"
  dest=.
  if [ "$kind" = zip ]; then
    judge_members "$(run_unzip -Z1)"
    eval "set -- $unzip_options \"\$archive\" $unzip_members"
    if [ -n "$keep_newer" ]; then update=-u; else update=-o; fi
    "$unzip_path" -q -o "$update" "$@" -d "$dest" >&2 || { code=$?; [ "$code" -eq 1 ] || refuse "failed to unpack (code $code)"; }
  else
    judge_members "$(run_tar --list)"
    if [ -n "$keep_newer" ]; then set -- --keep-newer-files; else set --; fi
    run_tar --extract "$@" || exit
  fi
fi
eval "$batches"
