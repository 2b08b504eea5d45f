# shellcheck shell=sh disable=SC2154
# Variables: action (remove, folders, link, hard, touch, or nothing), path, src, subject (whose metadata is set), folders (quoted words),
# times (calls of touch), batches (calls of batch), and those of set_attributes.

# batch TOOL VALUE PATH...: one change of many paths
batch() {
  batch_tool=$1
  batch_value=$2
  shift 2
  case $batch_tool in
  chown | chgrp) "$batch_tool" -h -- "$batch_value" "$@" ;;
  chown_followed) chown -- "$batch_value" "$@" ;;
  chgrp_followed) chgrp -- "$batch_value" "$@" ;;
  chmod | chmod_followed) chmod -- "$batch_value" "$@" ;;
  chcon*) chcon -h -- "$batch_value" "$@" ;;
  chattr*) chattr "$batch_value" -- "$@" ;;
  esac || exit
}

# beside PATH: sets $temporary to a free name in its folder, removed at the end
beside() {
  parent_of "$1"
  temporary=$REPLY/.tsplay.$$
  trap 'release; rm -f -- "$temporary"' EXIT
}

case $action in
remove)
  rm -rf -- "$path" || exit
  ;;
folders)
  eval "set -- $folders"
  for folder; do
    # made with its permissions at once where nothing else is to be set
    if [ -n "${set_mode-}" ] && [ -z "${set_context-}${set_owner-}${set_group-}" ] && mkdir -m "$set_mode" -- "$folder" 2>/dev/null; then continue; fi
    mkdir -- "$folder" 2>/dev/null || [ -d "$folder" ] || mkdir -- "$folder" || exit
    set_attributes "$folder"
  done
  ;;
link)
  [ ! -d "$path" ] || [ -L "$path" ] || rmdir -- "$path" || exit
  if [ -e "$path" ] || [ -L "$path" ]; then
    beside "$path"
    ln -s -- "$src" "$temporary" || exit
    rename "$temporary" "$path"
  else
    ln -s -- "$src" "$path" || exit
  fi
  ;;
hard)
  if [ -e "$path" ] || [ -L "$path" ]; then
    beside "$path"
    ln -- "$src" "$temporary" || exit
    rename "$temporary" "$path"
  else
    ln -- "$src" "$path" || exit
  fi
  ;;
touch)
  # an empty file appears with its owner and permissions, or not at all
  beside "$subject"
  (set -C; : >"$temporary") || exit
  set_attributes "$temporary"
  { ln -- "$temporary" "$subject" 2>/dev/null && rm -f -- "$temporary"; } || mv -f -- "$temporary" "$subject" || exit
  ;;
esac
case $action in
remove) ;;
folders | touch) set_flags_of "$subject" ;;
*)
  [ -z "$subject" ] || { set_attributes "$subject"; set_flags_of "$subject"; }
  ;;
esac
eval "$batches"
eval "$times"
