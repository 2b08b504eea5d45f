# shellcheck shell=sh disable=SC2154
# Variables: subsets (names between spaces: network hardware virtual local), fact_path.
# Prints: sections, each after a line of the byte 036 and its name. A file that is not there is an empty section.
LC_ALL=C
export LC_ALL
section() { printf '\036%s\n' "$1"; }
# small files are read without a process
show() {
  section "$1"
  [ -r "$2" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done 2>/dev/null <"$2"
}
has() { case " $subsets " in *" $1 "*) return 0 ;; esac; return 1; }

for file in os-release lsb-release debian_version alpine-release redhat-release machine-id hostname timezone; do show "etc/$file" "/etc/$file"; done
for name in ostype hostname osrelease version; do show "kernel/$name" "/proc/sys/kernel/$name"; done
show init /proc/1/comm
show cmdline /proc/cmdline
show boot_id /proc/sys/kernel/random/boot_id
show resolv /etc/resolv.conf
section machine
uname -m
section fqdn
hostname -f 2>/dev/null || true
section date
date '+%Y|%m|%d|%H|%M|%S|%s|%N|%Z|%z|%A|%w|%W|%j|%p'
date -u '+%Y|%m|%d|%H|%M|%S|%s|%N|%Z|%z|%A|%w|%W|%j|%p'
section id
printf '%s\n' "$(id -un) $(id -u) $(id -g)"
section passwd
me=$(id -un)
while IFS= read -r line; do case $line in "$me":*) printf '%s\n' "$line" ;; esac; done </etc/passwd
section env
env
section python
python=$(command -v python3) && printf '%s\n' "$python" && "$python" --version 2>/dev/null
section exists
for path in /run/systemd/system /sbin/openrc /usr/bin/apt-get /usr/bin/dnf5 /usr/bin/dnf /usr/bin/yum /usr/bin/zypper /sbin/apk /usr/bin/pacman /sys/fs/selinux/enforce \
  /sys/kernel/security/apparmor /usr/sbin/selinuxenabled /run/host/container-manager /.dockerenv /run/.containerenv; do
  [ ! -e "$path" ] || printf '%s\n' "$path"
done
for key in /etc/ssh/ssh_host_*_key.pub; do [ ! -r "$key" ] || show "key/$key" "$key"; done

if has hardware; then
  section cpuinfo
  cat /proc/cpuinfo
  show meminfo /proc/meminfo
  show uptime /proc/uptime
  show loadavg /proc/loadavg
  for name in sys_vendor product_name product_serial product_uuid product_version bios_date bios_vendor bios_version board_name board_vendor board_version chassis_vendor chassis_version; do
    show "dmi/$name" "/sys/class/dmi/id/$name"
  done
  section mounts
  cat /proc/mounts
  section df
  df -kP 2>/dev/null || true
  section dfi
  df -iP 2>/dev/null || true
  section uuids
  for link in /dev/disk/by-uuid/*; do [ ! -e "$link" ] || printf '%s %s\n' "${link##*/}" "$(readlink -f "$link")"; done
  for device in /sys/block/*; do
    case ${device##*/} in loop* | ram* | '*') continue ;; esac
    for name in size removable ro queue/rotational queue/hw_sector_size device/model device/vendor; do show "block/${device##*/}/$name" "$device/$name"; done
    for part in "$device/${device##*/}"*; do
      [ ! -r "$part/size" ] || for name in size start; do show "part/${device##*/}/${part##*/}/$name" "$part/$name"; done
    done
  done
fi
if has network && command -v ip >/dev/null 2>&1; then
  section ip/addr
  ip -o addr show 2>/dev/null || ip addr show
  section ip/link
  ip -o link show 2>/dev/null || true
  section ip/route4
  ip -4 route show default 2>/dev/null || true
  section ip/route6
  ip -6 route show default 2>/dev/null || true
  section ip/get4
  ip -4 route get 8.8.8.8 2>/dev/null || true
fi
if has virtual; then
  section virt
  if command -v systemd-detect-virt >/dev/null 2>&1; then systemd-detect-virt 2>/dev/null || true; fi
  show container /run/host/container-manager
fi
if has local && [ -d "$fact_path" ]; then
  for file in "$fact_path"/*.fact; do
    [ -e "$file" ] || continue
    section "fact/${file##*/}"
    if [ -x "$file" ]; then "$file" || printf '\nfailed: %s' "$?"; else cat "$file"; fi
  done
fi
section end
