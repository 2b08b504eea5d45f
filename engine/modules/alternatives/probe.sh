# shellcheck shell=sh disable=SC2154
# Variables: name, path. Prints: value (where the link of the group leads), path_exists, group (the group's file, as update-alternatives
# keeps it; both Debian's and Red Hat's)
need update-alternatives readlink
if [ -L "/etc/alternatives/$name" ]; then fact value "$(readlink "/etc/alternatives/$name")"; fi
if [ -e "$path" ]; then fact path_exists 1; fi
for folder in /var/lib/dpkg/alternatives /var/lib/alternatives; do
  [ -f "$folder/$name" ] || continue
  fact group "$(cat "$folder/$name")"
  break
done
exit 0
