# shellcheck shell=sh disable=SC2154
# Variables: path, fstab. Prints: text (of the fstab, and an x), mounted (source, type and options of the last mount there), is_there
if [ -f "$fstab" ] && [ -r "$fstab" ]; then fact text "$(cat -- "$fstab" && printf x)"; fi
if [ -e "$path" ]; then fact is_there 1; fi
# the kernel writes the path without links, and blanks as \040
way "$path" follow
wanted=$(printf '%s' "$way" | sed 's/ /\\040/g')
mounted=
while read -r source folder kind options _; do
  [ "$folder" != "$wanted" ] || mounted="$source $kind $options"
done </proc/mounts
[ -z "$mounted" ] || fact mounted "$mounted"
exit 0
