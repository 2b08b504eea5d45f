# shellcheck shell=sh disable=SC2154
# Variables: action (remove, folders, link, hard, touch, or nothing), path, src, subject (whose metadata is set), subject_kind (link or empty), folders (quoted words),
# times (quoted words: options of touch for each call), batches (calls of inside and batch), and those of place.sh for attributes.

# inside FOLDER: a folder of the tree, relative to the subject; no link leads there
inside() {
  stand_in "${tree%/}${1:+/$1}"
  is_shared_here=
  if is_shared; then is_shared_here=1; fi
}

# batch TOOL VALUE NAME...: one change of many things in that folder
batch() {
  batch_tool=$1
  batch_value=$2
  shift 2
  case $batch_tool in
  chown | chgrp) "$batch_tool" -h -- "$batch_value" "$@" || exit ;;
  chmod)
    if [ -z "$is_shared_here" ]; then
      chmod -- "$batch_value" "$@" || exit
      return 0
    fi
    for name; do change_mode "${name#./}" "$batch_value" || exit; done
    ;;
  esac
}

# touch_subject OPTION...
touch_subject() {
  seize "$subject"
  # what can be exchanged is not followed; not every touch can leave links alone
  if is_shared; then touch -ch "$@" -- "./$held_name"; else touch -c "$@" -- "./$held_name"; fi || exit
}

case $action in
remove) remove "$path" ;;
folders)
  eval "set -- $folders"
  for folder; do make_folder "$folder"; done
  ;;
link) put_link "$path" "$src" ;;
hard) put_link "$path" "$src" hard ;;
touch)
  # an empty file appears with its owner and permissions, or not at all
  make_temporary "$subject"
  [ -n "$set_mode" ] || chmod "$(printf '%o' "$((0666 & ~0${tsplay_umask:-$(umask)}))")" /proc/self/fd/7 || exit
  install_temporary
  ;;
esac
if [ -n "$batches" ]; then
  hold "$subject"
  tree=$held
  eval "$batches"
fi
# the folder itself comes last: until then whoever gets it cannot exchange what is in it
case $action in
remove | folders | touch) ;;
*) [ -z "$subject" ] || adjust "$subject" "$subject_kind" ;;
esac
eval "$times"
