# shellcheck shell=sh disable=SC2154
# Variables: proc_path (below /proc/sys), and those of ask_edit. Prints: live (the kernel's value), is_known, and what ask_edit prints.
if [ -e "/proc/sys/$proc_path" ]; then
  fact is_known 1
  fact live "$(cat "/proc/sys/$proc_path" 2>/dev/null)"
fi
ask_edit
