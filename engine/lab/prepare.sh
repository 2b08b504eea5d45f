#!/bin/sh
# Runs in the host early in its boot: its network, and what kubelet, containers and Calico find on a machine of their own.
set -u
# NOTE: not by systemd-networkd, which waits for udev once /sys is writable
ip link set lo up
ip link set host0 up
ip address add "${ADDRESS:?}" dev host0
ip route add default via "${GATEWAY:?}"
# nspawn hands cgroup v1 controllers over read-only
for controller in cpu cpuacct cpuset memory devices freezer blkio pids; do
  [ ! -d "/sys/fs/cgroup/$controller" ] || mount -o remount,rw,bind "/sys/fs/cgroup/$controller"
done
# Calico mounts with propagation, and wants a bpf file system
mount --make-rshared /
mount -o remount,rw,bind /sys
if mkdir -p /sys/fs/bpf; then mount -t bpf bpf /sys/fs/bpf; fi
# kubelet wants to set these; they belong to the whole machine, so the host is shown that they are set
mkdir -p /run/lab
for pair in vm/overcommit_memory=1 kernel/panic=10 kernel/panic_on_oops=1; do
  file=/run/lab/$(basename "${pair%=*}")
  printf '%s\n' "${pair#*=}" > "$file"
  mount --bind "$file" "/proc/sys/${pair%=*}"
done
