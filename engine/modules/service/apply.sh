# shellcheck shell=sh disable=SC2154
# Variables: manager (openrc or sysvinit), unit, enable (1, 0 or empty), action (start, stop, restart, reload or empty), pause (seconds
# between stop and start), arguments, runlevel. Prints: what the manager prints.
control() {
  case $manager in
  openrc) eval "rc-service \"\$unit\" \"\$1\" $arguments" ;;
  *) eval "\"/etc/init.d/\$unit\" \"\$1\" $arguments" ;;
  esac </dev/null >&2 || { code=$?; printf 'Unable to %s service %s: exit status %s\n' "$1" "$unit" "$code" >&2; exit "$code"; }
}

case $enable$manager in
1openrc) rc-update add "$unit" "$runlevel" || exit ;;
0openrc) rc-update del "$unit" "$runlevel" || exit ;;
1*)
  if command -v update-rc.d >/dev/null 2>&1; then update-rc.d "$unit" defaults && update-rc.d "$unit" enable
  else need chkconfig; chkconfig --add "$unit" && chkconfig "$unit" on; fi || exit
  ;;
0*)
  if command -v update-rc.d >/dev/null 2>&1; then update-rc.d "$unit" disable
  else need chkconfig; chkconfig "$unit" off; fi || exit
  ;;
esac

case $action in
'') ;;
restart)
  if [ -n "$pause" ]; then
    control stop
    sleep "$pause"
    control start
  else control restart
  fi
  ;;
*) control "$action" ;;
esac
exit 0
