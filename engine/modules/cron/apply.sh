# shellcheck shell=sh disable=SC2154
# Variables: file, user, new_text (empty: remove), old_text, backup (1 or empty). Prints: backup_file
if [ -n "$backup" ]; then
  make_lasting file '' crontab ''
  backup_file=$REPLY
  printf '%s' "$old_text" >"$backup_file" || exit
  fact backup_file "$backup_file"
fi
if [ -n "$file" ]; then
  if [ -z "$new_text" ]; then remove "$file"
  else
    parent_of "$file"
    make_way "$REPLY"
    put_text "$file" 0644 "$new_text"
  fi
else
  need crontab
  printf '%s' "$new_text" | crontab ${user:+-u "$user"} - >&2
fi
