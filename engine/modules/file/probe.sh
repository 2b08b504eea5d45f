# shellcheck shell=sh disable=SC2154
# Variables: path, state, src, follow, wants_metadata (1 or empty), recurse, atime_text, mtime_text, and those of ask_attributes.
# Prints: path, here[.target], real, there, parent_path, parent, source, source_path, is_empty, atime_wanted, mtime_wanted, tree, and the
# tree's names as bytes
expand_home "$path"; path=$REPLY
expand_home "$src"; src=$REPLY
case $state in
link | absent) ;;
*) [ -z "$src" ] || [ ! -d "$path" ] || path=${path%/}/${src##*/} ;;
esac
fact path "$path"
way "$path"
entry here "$path"
here=$entry_line
subject=$path
# a link that only is to lead elsewhere, or to go, is not followed
is_followed=$follow
case $state in
absent | hard) is_followed= ;;
link | '') is_followed=${is_followed:+$wants_metadata} ;;
esac
case $here in
a1*)
  if [ -n "$is_followed" ]; then way "$path" follow; REPLY=$way; else real_path "$path"; fi
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
    if [ "$state" = link ] || { [ -n "$follow" ] && [ -L "$source" ]; }; then
      if [ "$state" = link ] && [ -z "$is_followed" ]; then real_path "$source"; source=$REPLY; else way "$source" follow; source=$way; fi
    fi
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
  fact bytes ''
  find "$subject" -print0
fi
exit 0
