# shellcheck shell=sh disable=SC2154
# Variables: src. Prints: source, then the file as bytes
expand_home "$src"; src=$REPLY
[ ! -d "$src" ] || refuse "Source is a directory and must be a file: $src"
[ -e "$src" ] || refuse "File not found: $src"
[ ! -p "$src" ] || refuse "$src is a fifo: it may never end"
[ -r "$src" ] || refuse "File is not readable: $src"
fact source "$src"
fact bytes ''
cat -- "$src"
