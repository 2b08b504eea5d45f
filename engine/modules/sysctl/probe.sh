# shellcheck shell=sh disable=SC2154
# Variables: name, proc_path (below /proc/sys), and those of ask_edit.
# Prints: is_known, live (the kernel's value, when it can be read), refused (why it cannot be written), and what ask_edit prints.
if [ -e "/proc/sys/$proc_path" ]; then
  fact is_known 1
  if value=$(cat "/proc/sys/$proc_path" 2>/dev/null); then fact live "$value"; fi
  # opened for writing, yet nothing is written: `test -w` knows nothing of a read-only mount in every shell
  said=$( (: >>"/proc/sys/$proc_path") 2>&1) || fact refused "${said##*: }"
elif value=$(sysctl -n "$name" 2>/dev/null); then
  fact is_known 1
  fact live "$value"
fi
ask_edit
