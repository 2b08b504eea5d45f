# shellcheck shell=sh disable=SC2154
# Variables: path, source, kind, options, fstab, own_fstab (1: not /etc/fstab), write (1 or empty), text (of the new fstab), backup,
# steps (words: folder, mount, remount, unmount, clean). The fstab is written last: a line for what cannot be mounted breaks the next boot.
way "$path" follow
path=$way
existing=$path
while [ ! -e "$existing" ]; do parent_of "$existing"; existing=$REPLY; done

# undo_folders: those that this script has made
undo_folders() {
  while [ "$path" != "$existing" ]; do
    rmdir -- "$path" 2>/dev/null
    parent_of "$path"
    path=$REPLY
  done
}

is_mounted=
for step in $steps; do
  case $step in
  folder) make_way "$path" ;;
  mount)
    need mount
    said=$(mount ${kind:+-t "$kind"} ${options:+-o "$options"} -- "$source" "$path" 2>&1) || {
      # mount may go on with a hint
      message="Error mounting $path: ${said%%
*}"
      undo_folders
      refuse "$message"
    }
    is_mounted=1
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
[ -n "$write" ] || exit 0
(put_text "$fstab" 0644 "$text" '' "$backup") || {
  code=$?
  if [ -n "$is_mounted" ] && umount -- "$path"; then undo_folders; fi
  exit "$code"
}
# systemd makes units of it
if [ -d /run/systemd/system ] && [ -z "$own_fstab" ]; then systemctl daemon-reload >/dev/null 2>&1; fi
exit 0
