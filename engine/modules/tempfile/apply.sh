# shellcheck shell=sh disable=SC2154
# Variables: state (file or directory), folder (empty for the host's), prefix, suffix. Prints: path, made (an entry)
expand_home "$folder"
folder=$REPLY
[ -z "$folder" ] || [ -d "$folder" ] || refuse "no such directory: $folder"
make_lasting "$state" "$folder" "$prefix" "$suffix"
path=$REPLY
fact path "$path"
entry made "$path"
