# shellcheck shell=sh disable=SC2154
# One file whose whole content is known: what is at the destination?
# Variables: dest, name (appended when dest is a directory; empty for content without a name), follow, and those of ask_attributes.
# Prints: path, refused, here[.target], sum (sha1), parent_path, parent, and what ask_attributes prints

# sum_of PATH: sets $REPLY to the sha1 of a file
sum_of() {
  need sha1sum
  REPLY=$(sha1sum <"$1") || refuse "cannot read $1"
  REPLY=${REPLY%% *}
}

ask_whole() {
  expand_home "$dest"; path=$REPLY
  case $path in
  */) path=$path$name ;;
  *) [ -n "$name" ] && [ -d "$path" ] && path=$path/$name ;;
  esac
  [ -n "$name" ] || [ ! -d "$path" ] || { fact refused directory; fact path "$path"; exit 0; }
  # a directory under the very name: the file goes into it
  if [ -n "$name" ] && [ -d "$path" ]; then path=$path/$name; fi
  if [ -n "$follow" ] && [ -L "$path" ] && [ -e "$path" ]; then way "$path" follow; path=$way; else way "$path"; fi
  fact path "$path"
  entry here "$path"
  case $entry_line in
  absent)
    parent_of "$path"
    while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
    fact parent_path "$REPLY"
    # an ordinary folder needs no fork: a setgid one hands its group down
    if [ ! -d "$REPLY" ] || [ -g "$REPLY" ]; then entry parent "$REPLY"; fi
    ;;
  8*) sum_of "$path"; fact sum "$REPLY" ;;
  esac
  ask_attributes "$path"
}
