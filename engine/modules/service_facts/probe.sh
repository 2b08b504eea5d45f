# shellcheck shell=sh
# Prints: units, files, other (lines "NAME ActiveState" of services that systemd has not loaded), openrc, sysvinit
LC_ALL=C
export LC_ALL
if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
  units=$(systemctl list-units --no-pager --no-legend --plain --all --type service)
  files=$(systemctl list-unit-files --no-pager --no-legend --type service)
  fact units "$units"
  fact files "$files"
elif command -v rc-status >/dev/null 2>&1; then
  fact openrc "$(rc-status -a -s -m 2>/dev/null | grep '\[')"
elif [ -d /etc/init.d ]; then
  lines=
  for script in /etc/init.d/*; do
    [ -x "$script" ] || continue
    if "$script" status >/dev/null 2>&1 </dev/null; then state=running; else state=stopped; fi
    lines="$lines${script##*/} $state
"
  done
  fact sysvinit "$lines"
else
  need systemctl
fi
exit 0
