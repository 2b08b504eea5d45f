# shellcheck shell=sh disable=SC2154
# Variables: name, is_current, is_permanent (1 where it is to be changed).
[ -z "$is_permanent" ] || put_text /etc/hostname 0644 "$name
"
if [ -n "$is_current" ]; then
  need hostname
  hostname "$name" || exit
fi
# hostnamed remembers what it read
if command -v systemctl >/dev/null 2>&1; then systemctl try-restart systemd-hostnamed.service >/dev/null 2>&1; fi
exit 0
