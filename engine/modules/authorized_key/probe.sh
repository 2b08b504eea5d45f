# shellcheck shell=sh disable=SC2154
# Variables: user, path (may be empty), follow, those of download.sh (url may be empty). Prints: owner (uid:gid), file, is_folder, folder (its path),
# mode and holder (of the file), fetched, text (and an x)
found=
while IFS=: read -r name _ uid gid _ home _; do
  [ "$name" != "$user" ] || { found=1; break; }
done </etc/passwd
if [ -z "$found" ]; then
  line=$(getent passwd "$user") || refuse "Failed to lookup user $user"
  IFS=: read -r _ _ uid gid _ home _ <<END
$line
END
fi
fact owner "$uid:$gid"
# shellcheck disable=SC2088 # the tilde is looked for, not used
case $path in
'') file=$home/.ssh/authorized_keys ;;
"~/"*) file=$home/${path#"~/"} ;;
*) file=$path ;;
esac
# a link of the user's own is refused, whether it is to be followed or to be replaced
way "$file" follow
if [ -n "$follow" ] && [ -L "$file" ]; then file=$way; fi
[ -f "$file" ] || [ ! -e "$file" ] || refuse "$file is not a regular file"
fact file "$file"
parent_of "$file"
fact folder "$REPLY"
if [ -d "$REPLY" ]; then fact is_folder 1; else fact is_folder 0; fi
if [ -e "$file" ]; then
  fact mode "$(stat -L -c %a -- "$file")"
  fact holder "$(stat -L -c %u:%g -- "$file")"
  fact text "$(cat -- "$file" && printf x)"
fi
if [ -n "$url" ]; then
  said=$(download - 2>&1) || refuse "cannot fetch $url: $said"
  fact fetched "$said"
fi
exit 0
