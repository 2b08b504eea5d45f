# shellcheck shell=sh disable=SC2154
# A text file that is to be edited. Variables: path, and those of ask_attributes.
# Prints: path, real (links resolved, where they may be followed), link (an entry, when the path itself is one), here, parent_path, what
# ask_attributes prints, bytes

ask_edit() {
  expand_home "$path"; path=$REPLY
  fact path "$path"
  way "$path" follow
  real=$path
  [ "$way_links" -eq 0 ] || real=$way
  fact real "$real"
  [ ! -L "$path" ] || entry link "$path"
  entry here "$real"
  case $entry_line in
  absent)
    parent_of "$real"
    while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
    fact parent_path "$REPLY"
    ask_attributes "$real"
    ;;
  8*)
    ask_attributes "$real"
    fact bytes ''
    cat -- "$real" || exit
    ;;
  *) ask_attributes "$real" ;;
  esac
}
