# shellcheck shell=sh disable=SC2154
# Which service manager is here, and what it says about the service.
# Variables: unit, scope, use (auto or a manager), runlevel, pattern.
# Prints: manager (systemd, openrc, sysvinit), what ask_unit prints, or exists, running, enabled (1 or 0)
manager=$use
if [ "$manager" = auto ] || [ "$manager" = service ]; then
  if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then manager=systemd
  elif command -v rc-service >/dev/null 2>&1; then manager=openrc
  elif [ -d /etc/init.d ]; then manager=sysvinit
  elif command -v systemctl >/dev/null 2>&1; then manager=systemd
  else need systemctl
  fi
fi
fact manager "$manager"

ask_running() {
  running=0
  if [ -n "$pattern" ]; then
    for folder in /proc/[0-9]*; do
      line=$(tr '\0' ' ' <"$folder/cmdline" 2>/dev/null)
      case $line in *"$pattern"*) [ "${folder##*/}" = "$$" ] || running=1 ;; esac
    done
  elif "$@" >/dev/null 2>&1 </dev/null; then running=1; fi
  fact running "$running"
}

case $manager in
systemd) ask_unit ;;
openrc)
  need rc-service rc-update
  if rc-service -e "$unit"; then
    fact exists 1
    ask_running rc-service "$unit" status
    if rc-update show "$runlevel" 2>/dev/null | grep -q "^ *$unit |"; then fact enabled 1; else fact enabled 0; fi
  else fact exists 0
  fi
  ;;
*)
  if [ -x "/etc/init.d/$unit" ]; then
    fact exists 1
    ask_running "/etc/init.d/$unit" status
    enabled=0
    for link in /etc/rc[2345].d/S[0-9][0-9]"$unit"; do [ ! -e "$link" ] || enabled=1; done
    fact enabled "$enabled"
  else fact exists 0
  fi
  ;;
esac
exit 0
