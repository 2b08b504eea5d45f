# shellcheck shell=sh disable=SC2154
# Variables: file (of /etc/cron.d; empty for a user's crontab), user (empty for the login user). Prints: is_there, text (and an x)
if [ -n "$file" ]; then
  if [ -f "$file" ]; then fact is_there 1; fact text "$(cat -- "$file" && printf x)"; fi
  exit 0
fi
need crontab
if text=$(crontab ${user:+-u "$user"} -l 2>&1 && printf x); then
  fact is_there 1
  fact text "$text"
else
  case $text in
  *"no crontab"* | *"can't open"*) ;;
  *) refuse "Unable to read crontab: $text" ;;
  esac
fi
exit 0
