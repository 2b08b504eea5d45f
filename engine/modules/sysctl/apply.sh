# shellcheck shell=sh disable=SC2154
# Variables: write_file_too, live_name, live_value (set in the kernel when live_name is not empty), proc_path, reload (the file; may be
# empty), tolerant (1: unknown keys are no error), and those of write_whole.
if [ -n "$reload" ]; then need sysctl; fi
[ -z "$write_file_too" ] || write_whole
if [ -n "$live_name" ]; then
  if command -v sysctl >/dev/null 2>&1; then said=$(sysctl ${tolerant:+-e} -w "$live_name=$live_value" 2>&1)
  else said=$( (printf '%s\n' "$live_value" >"/proc/sys/$proc_path") 2>&1)
  fi || refuse "setting $live_name failed: $said"
fi
if [ -n "$reload" ]; then
  said=$(sysctl ${tolerant:+-e} -p "$reload" 2>&1) || refuse "Failed to reload sysctl: $said"
fi
exit 0
