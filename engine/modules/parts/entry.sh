# shellcheck shell=sh disable=SC2034
# What a path is. Prints `KEY=absent`, or `KEY=` and the fields that entry.ts reads.

entry_format='%f/%u/%g/%s/%.9X/%.9Y/%.9Z/%h/%i/%d/%t/%T/%U/%G'

# entry KEY PATH: the path itself, links not followed; a link also prints `KEY.target`. Sets $entry_path and $entry_line.
entry() {
  entry_path=$2
  # what is surely absent costs no fork
  entry_reply=${REPLY-}
  parent_of "$2"
  entry_folder=$REPLY
  REPLY=$entry_reply
  if [ -x "$entry_folder/." ] && [ ! -e "$2" ] && [ ! -L "$2" ]; then
    entry_line=absent
    fact "$1" absent
    return 0
  fi
  need stat
  # NOTE: an absent path is told from an unreadable one by the message alone: both exit 1
  if entry_line=$(LC_ALL=C stat -c "$entry_format" -- "$2" 2>&1); then
    fact "$1" "$entry_line"
    case $entry_line in
    a1*)
      need readlink
      fact "$1.target" "$(readlink -- "$2")"
      ;;
    esac
  else
    case $entry_line in
    *"No such file or directory" | *"Not a directory") entry_line=absent; fact "$1" absent ;;
    *) refuse "$entry_line" ;;
    esac
  fi
}

# real_path PATH: sets $REPLY to the path with every link resolved; the path itself where that is impossible
real_path() {
  need readlink
  real_path_given=$1
  REPLY=$(readlink -f -- "$1") && [ -n "$REPLY" ] || REPLY=$real_path_given
}
