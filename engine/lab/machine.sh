#!/bin/sh
# The lab's work on this machine: network, hosts, and taking all of it down again.
#   machine.sh network LAB     bridge and address translation, from LAB/{bridge,subnet,name}
#   machine.sh boot LAB HOST   overlay, cgroups, then stays as systemd-nspawn's parent; from LAB/hosts/HOST/{machine,base,...}
#   machine.sh down LAB [HOST] the host, or the whole lab: only processes, mounts, cgroups and rules of its own
#   machine.sh watch LAB       waits until stdin ends (the process that wanted the lab is gone), then `down`
# LAB is the lab's folder. A process is known by pid and start time, so that a pid used anew is never hit.
set -eu

start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# the pid that a folder's file `pid` names (the host's `machine.sh boot`, the mirror) while that process lives, else nothing
supervisor() {
  [ -f "$1/pid" ] || return 0
  read -r pid start < "$1/pid" || return 0
  if [ "$(start_time "$pid")" = "$start" ]; then printf '%s\n' "$pid"; fi
}

# Calls "$1 TABLE CHAIN RULE..." for every rule of the lab; the comment says whose they are.
rules() {
  "$1" nat POSTROUTING -s "$subnet.0/24" ! -d "$subnet.0/24" -m comment --comment "tsplay-lab-$name" -j MASQUERADE
  "$1" filter FORWARD -i "$bridge" -m comment --comment "tsplay-lab-$name" -j ACCEPT
  "$1" filter FORWARD -o "$bridge" -m comment --comment "tsplay-lab-$name" -j ACCEPT
  "$1" filter INPUT -i "$bridge" -d "$subnet.1" -p tcp --dport 8180 -m comment --comment "tsplay-lab-$name" -j ACCEPT
}
# shellcheck disable=SC2317 # called through rules()
insert_rule() { t=$1 c=$2; shift 2; iptables -w 10 -t "$t" -I "$c" "$@"; }
# shellcheck disable=SC2317 # called through rules()
delete_rule() { t=$1 c=$2; shift 2; while iptables -w 10 -t "$t" -D "$c" "$@" 2>/dev/null; do :; done; }

read_lab() {
  bridge=$(cat "$lab/bridge") subnet=$(cat "$lab/subnet") name=$(cat "$lab/name")
}

network() {
  read_lab
  ip link add "$bridge" type bridge
  ip address add "$subnet.1/24" dev "$bridge"
  ip link set "$bridge" up
  # a host is looked for ten times a second while it boots, not once
  printf '100\n' > "/proc/sys/net/ipv4/neigh/$bridge/retrans_time_ms"
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || printf '1\n' > /proc/sys/net/ipv4/ip_forward
  rules insert_rule
}

# A cgroup of the host's own in every hierarchy: two kubelets in one would kill each other's pods.
enter_cgroups() {
  : > "$host/cgroups"
  while IFS=: read -r _ controllers path; do
    case $controllers in
      '') hierarchy=/sys/fs/cgroup/unified; [ -d "$hierarchy" ] || hierarchy=/sys/fs/cgroup ;;
      name=systemd) hierarchy=/sys/fs/cgroup/systemd ;;
      *) hierarchy=/sys/fs/cgroup/$controllers ;;
    esac
    parent=$hierarchy${path%/}
    group=$parent/tsplay-$machine
    mkdir -p "$group" 2>/dev/null || continue
    printf '%s\n' "$group" >> "$host/cgroups"
    if [ "$controllers" = cpuset ]; then
      cat "$parent/cpuset.cpus" > "$group/cpuset.cpus"
      cat "$parent/cpuset.mems" > "$group/cpuset.mems"
    fi
    printf '%s\n' "$$" > "$group/cgroup.procs"
  done < /proc/self/cgroup
}

# The host's disk is a sparse file of its own, so that it can be filled without filling this machine. `volatile`: no write waits for the disk.
mount_root() {
  mkdir -p "$host/disk" "$host/root"
  truncate -s "$(cat "$host/size")" "$host/disk.img"
  mkfs.ext4 -q -m 0 -O ^has_journal -E lazy_itable_init=1,nodiscard "$host/disk.img"
  mount -o loop,noatime "$host/disk.img" "$host/disk"
  mkdir "$host/disk/upper" "$host/disk/work" "$host/disk/containerd" "$host/disk/kubelet"
  mount -t overlay overlay "$host/root" \
    -o "lowerdir=$(cat "$host/base"),upperdir=$host/disk/upper,workdir=$host/disk/work,volatile,redirect_dir=off,metacopy=off,index=off,xino=off"
  cp -R "$host/files/." "$host/root/"
}

boot() {
  printf '%s %s\n' "$$" "$(start_time "$$")" > "$host/pid"
  read_lab
  machine=$(cat "$host/machine")
  # a host that was switched off finds its disk as it left it
  mountpoint -q "$host/root" || mount_root
  enter_cgroups
  # NOTE: /tmp stays on the host's disk, as on real servers
  export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_TMPFS_TMP=0
  while :; do
    status=0
    systemd-nspawn --quiet --register=no --keep-unit --boot \
      --directory="$host/root" --machine="$machine" --hostname="$(cat "$host/name")" --network-bridge="$bridge" --resolv-conf=off --link-journal=no \
      --capability=all --drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE,CAP_SYS_RAWIO --system-call-filter='add_key keyctl bpf' \
      --bind="$host/disk/containerd:/var/lib/containerd" --bind="$host/disk/kubelet:/var/lib/kubelet" \
      --bind=/dev/net/tun --bind-ro=/dev/kmsg || status=$?
    # NOTE: with --keep-unit a reboot in the host is left to the service manager, and there is none
    [ "$status" = 133 ] || exit "$status"
  done
}

thaw() {
  [ -f "$host/cgroups" ] || return 0
  while read -r group; do
    [ ! -f "$group/freezer.state" ] || printf 'THAWED\n' > "$group/freezer.state"
    [ ! -f "$group/cgroup.freeze" ] || printf '0\n' > "$group/cgroup.freeze"
  done < "$host/cgroups"
}

# All processes of the host are in its cgroup, however they were started, and nobody else is.
processes() {
  [ -f "$host/cgroups" ] || return 0
  group=$(tail -n 1 "$host/cgroups")
  [ ! -d "$group" ] || find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null || :
}

end_processes() {
  pid=$(supervisor "$host")
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
  tries=0
  while [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    pids=$(processes)
    [ -n "$pids" ] || return 0
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || :; done
    sleep 0.05
  done
}

unmount() {
  ! mountpoint -q "$1" 2>/dev/null || umount "$1" 2>/dev/null || umount -l "$1" || :
}

down_host() {
  host=$1
  thaw
  end_processes
  # the kernel takes its time with network namespaces, a cluster has many of them, and the next host has the same name
  [ ! -f "$host/machine" ] || ip link delete "vb-$(cat "$host/machine")" 2>/dev/null || :
  unmount "$host/root"
  unmount "$host/disk"
  if [ -f "$host/cgroups" ]; then
    while read -r group; do
      [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :
    done < "$host/cgroups"
  fi
  rm -rf "$host"
}

down() {
  mirror=$(supervisor "$lab/mirror")
  [ -z "$mirror" ] || kill "$mirror" 2>/dev/null || :
  for host in "$lab"/hosts/*; do
    # the hosts have nothing to do with each other: all at once
    [ ! -d "$host" ] || (down_host "$host") &
  done
  wait
  if [ -f "$lab/bridge" ] && [ -f "$lab/subnet" ] && [ -f "$lab/name" ]; then
    read_lab
    rules delete_rule
    ip link delete "$bridge" 2>/dev/null || :
  fi
  rm -rf "$lab"
}

main() {
  verb=$1 lab=$2
  case $verb in
    network) network ;;
    boot) host=$lab/hosts/$3; boot ;;
    down) if [ $# -gt 2 ]; then down_host "$lab/hosts/$3"; else down; fi ;;
    watch)
      cat > /dev/null
      [ ! -d "$lab" ] || down
      ;;
    *) exit 2 ;;
  esac
}

# on one line: a watcher waits for hours, and must not read on in a file that has changed meanwhile
main "$@"; exit
