# shellcheck shell=sh
# Prints: current (the kernel's name), permanent (as in /etc/hostname), systemd (1 where hostnamectl works)
IFS= read -r name </proc/sys/kernel/hostname && fact current "$name"
if [ -r /etc/hostname ]; then
  while IFS= read -r name || [ -n "$name" ]; do
    case $name in '' | '#'*) ;; *) fact permanent "$name"; break ;; esac
  done </etc/hostname
fi
exit 0
