# shellcheck shell=sh disable=SC2154
# Variables: name, selection
need dpkg
printf '%s %s\n' "$name" "$selection" | dpkg --set-selections
