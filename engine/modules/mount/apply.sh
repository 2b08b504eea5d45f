# shellcheck shell=sh disable=SC2154
# Variables: path, source, kind, options, fstab, own_fstab (1: not /etc/fstab), write (1 or empty), text (of the new fstab), backup,
# steps (words: folder, mount, remount, unmount, clean).
if [ -n "$write" ]; then
  if [ -n "$backup" ] && [ -e "$fstab" ]; then
    backup_file=$fstab.$$.$(date +%Y-%m-%d@%H:%M:%S)~
    cp -p -- "$fstab" "$backup_file" || exit
    fact backup_file "$backup_file"
  fi
  put_text "$fstab" 0644 "$text"
  # systemd makes units of it
  if [ -d /run/systemd/system ] && [ -z "$own_fstab" ]; then systemctl daemon-reload >/dev/null 2>&1; fi
fi
for step in $steps; do
  case $step in
  folder) mkdir -p -- "$path" || exit ;;
  mount)
    need mount
    said=$(mount ${kind:+-t "$kind"} ${options:+-o "$options"} -- "$source" "$path" 2>&1) || refuse "Error mounting $path: $said"
    ;;
  remount)
    need mount
    said=$(mount -o "remount${options:+,$options}" -- "$path" 2>&1) || {
      # not every file system can be remounted
      umount -- "$path" || refuse "Error remounting $path: $said"
      mount ${kind:+-t "$kind"} ${options:+-o "$options"} -- "$source" "$path" || exit
    }
    ;;
  unmount)
    need umount
    said=$(umount -- "$path" 2>&1) || refuse "Error unmounting $path: $said"
    ;;
  clean) [ ! -d "$path" ] || rmdir -- "$path" || exit ;;
  esac
done
exit 0
