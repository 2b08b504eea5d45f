# shellcheck shell=sh disable=SC2154
# Variables: name, gid (may be empty), local, state.
# Prints: tools (shadow, libuser or busybox), gid (when the group is there), holder (a group that has the wanted gid)
if [ -n "$local" ]; then
  need lgroupadd lgroupmod lgroupdel
  fact tools libuser
elif command -v groupadd >/dev/null 2>&1; then
  need groupmod groupdel
  fact tools shadow
elif command -v addgroup >/dev/null 2>&1; then
  fact tools busybox
else
  need groupadd
fi

found=
while IFS=: read -r group_name _ group_id _; do
  [ "$group_name" != "$name" ] || { found=1; fact gid "$group_id"; }
  if [ -n "$gid" ] && [ "$group_id" = "$gid" ]; then fact holder "$group_name"; fi
done </etc/group
# directories (LDAP and the like) are asked where the file knows nothing; getent takes a number for an id
if [ -z "$found" ] && [ -z "$local" ] && line=$(getent group "$name" 2>/dev/null); then
  case $line in "$name":*) line=${line#*:*:}; fact gid "${line%%:*}" ;; esac
fi
