# shellcheck shell=sh disable=SC2154
# Variables: link (1 or empty), file (1 or empty), clock (UTC, LOCAL or empty), name.
# as timedatectl makes it
[ -z "$link" ] || put_link /etc/localtime "../usr/share/zoneinfo/$name"
[ -z "$file" ] || put_text /etc/timezone 0644 "$name
"
case $clock in
UTC) need hwclock; hwclock --systohc --utc ;;
LOCAL) need hwclock; hwclock --systohc --localtime ;;
esac
