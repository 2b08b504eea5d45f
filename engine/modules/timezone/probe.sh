# shellcheck shell=sh disable=SC2154
# Variables: name, ask_clock. Prints: is_known, link (where /etc/localtime leads), file (/etc/timezone's word), clock (UTC or LOCAL)
if [ -n "$name" ]; then if [ -f "/usr/share/zoneinfo/$name" ]; then fact is_known 1; else fact is_known 0; fi; fi
if [ -L /etc/localtime ]; then need readlink; fact link "$(readlink /etc/localtime)"; fi
if [ -r /etc/timezone ]; then IFS= read -r word </etc/timezone || :; fact file "$word"; fi
if [ -n "$ask_clock" ]; then
  word=UTC
  if [ -r /etc/adjtime ]; then
    while IFS= read -r line; do case $line in UTC | LOCAL) word=$line ;; esac; done </etc/adjtime
  fi
  fact clock "$word"
fi
exit 0
