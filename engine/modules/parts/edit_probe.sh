# shellcheck shell=sh disable=SC2154
# A text file that is to be edited. Variables: path, and those of ask_attributes.
# Prints: path, real (what is written: links resolved, where they may be followed), link (an entry, when the path itself is one), here, parent_path, what
# ask_attributes prints, bytes

# ask_edit [REPLACE]: with REPLACE a link is read but not written through; the file takes its place
ask_edit() {
  expand_home "$path"; path=$REPLY
  fact path "$path"
  way "$path" follow
  there=$path
  [ "$way_links" -eq 0 ] || there=$way
  if [ -n "${1-}" ]; then real=$path
  else
    real=$there
    [ ! -L "$path" ] || entry link "$path"
  fi
  fact real "$real"
  entry here "$there"
  case $entry_line in
  absent)
    parent_of "$real"
    while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
    fact parent_path "$REPLY"
    ask_attributes "$there"
    ;;
  8*)
    ask_attributes "$there"
    fact bytes ''
    cat -- "$there" || exit
    ;;
  *) ask_attributes "$there" ;;
  esac
}
