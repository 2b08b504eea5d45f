# shellcheck shell=sh disable=SC2154
# Variables: path, state, src, follow, recurse, atime_text, mtime_text, and those of ask_attributes.
# Prints: path, here[.target], real, there, parent_path, parent, source, source_path, is_empty, atime_wanted, mtime_wanted, tree,
# followed, and the tree's names as bytes
expand_home "$path"; path=$REPLY
expand_home "$src"; src=$REPLY
case $state in
link | absent) ;;
*) [ -z "$src" ] || [ ! -d "$path" ] || path=${path%/}/${src##*/} ;;
esac
fact path "$path"
entry here "$path"
here=$entry_line
subject=$path
case $here in
a1*)
  real_path "$path"
  fact real "$REPLY"
  [ -z "$follow" ] || subject=$REPLY
  entry there "$REPLY"
  ;;
esac

# the nearest folder that is there, for what has to be made
parent_of "$subject"
while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
if [ ! -e "$subject" ]; then
  fact parent_path "$REPLY"
  # an ordinary folder needs no fork: a setgid one hands its group down
  if [ ! -d "$REPLY" ] || [ -g "$REPLY" ]; then entry parent "$REPLY"; fi
fi

if [ -n "$src" ]; then
  source=$src
  case $state:$src in
  link:/*) ;;
  link:*)
    parent_of "$path"
    if [ -d "$path" ] && [ ! -L "$path" ]; then source=$path/$src; else source=$REPLY/$src; fi
    ;;
  esac
  if [ -e "$source" ]; then
    [ "$state" != link ] || { real_path "$source"; source=$REPLY; }
    if [ -n "$follow" ] && [ -L "$source" ]; then real_path "$source"; source=$REPLY; fi
    [ "$state" != link ] || [ -z "$follow" ] || subject=$source
  fi
  fact source_path "$source"
  entry source "$source"
fi

if [ "$state" = link ] && [ -d "$path" ] && [ ! -L "$path" ]; then
  is_empty=1
  for name in "$path"/* "$path"/.[!.]* "$path"/..?*; do { [ -e "$name" ] || [ -L "$name" ]; } && is_empty=0; done
  fact is_empty "$is_empty"
fi

[ -z "$atime_text" ] || fact atime_wanted "$(date -d "$atime_text" +%s)"
[ -z "$mtime_text" ] || fact mtime_wanted "$(date -d "$mtime_text" +%s)"
ask_attributes "$subject"

if [ -n "$recurse" ] && [ -d "$subject" ]; then
  need find
  # NOTE: names and states are listed apart and paired by order: a name may hold a newline
  fact tree "$(find "$subject" -exec stat -c "$entry_format" -- {} +)"
  [ -z "$follow" ] || fact followed "$(find -L "$subject" ! -type l -exec stat -L -c "$entry_format" -- {} + 2>/dev/null)"
  fact bytes ''
  find "$subject" -print0
  [ -z "$follow" ] || { printf '\0'; find -L "$subject" ! -type l -print0 2>/dev/null; }
fi
exit 0
