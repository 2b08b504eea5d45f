# shellcheck shell=sh disable=SC2154
# A text file that is to be edited. Variables: path, and those of ask_attributes.
# Prints: path, real (links resolved), here, parent_path, what ask_attributes prints, bytes

ask_edit() {
  expand_home "$path"; path=$REPLY
  fact path "$path"
  real=$path
  [ ! -L "$path" ] || { real_path "$path"; real=$REPLY; }
  fact real "$real"
  entry here "$real"
  case $entry_line in
  absent)
    parent_of "$real"
    while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
    fact parent_path "$REPLY"
    ask_attributes "$real"
    ;;
  4*) ask_attributes "$real" ;;
  *)
    ask_attributes "$real"
    fact bytes ''
    cat -- "$real" || exit
    ;;
  esac
}
