# shellcheck shell=sh disable=SC2154
# Variables: dest, creates, wants_entries (1 when owner, group or mode are given), those of parts/archive.sh and of ask_attributes.
# Prints: created (1: what `creates` names is there), dest, here (an entry), kind, uid, names (one a line), implied (top folders that the archive only
# implies: d of d/file), differences (tar's lines, or
# `NAME: Contents differ` and the like for zip), entries (of the names and then the implied ones that are there: INDEX/ENTRY), and what ask_attributes prints
expand_home "$dest"; dest=$REPLY
fact dest "$dest"
if [ -n "$creates" ]; then
  expand_home "$creates"
  set +f
  # a pattern is allowed, as with Ansible
  for name in $REPLY; do
    if [ -e "$name" ] || [ -L "$name" ]; then fact created 1; entry here "$dest"; exit 0; fi
  done
fi
way "$dest" follow
entry here "$dest"
[ -d "$dest" ] || refuse "Destination '$dest' is not a directory"
open_archive
fact kind "$kind"
fact uid "$(id -u)"
ask_attributes "$dest"

zip_differences() {
  printf '%s\n' "$names" | while IFS= read -r name; do
    target=$dest/$name
    case $name in
    '') ;;
    */) [ -d "$target" ] || printf '%s: Warning: Cannot stat: No such file or directory\n' "$name" ;;
    *)
      if [ -L "$target" ]; then
        # a link is kept in a zip file as a file that holds its target
        [ "$(readlink -- "$target")" = "$("$unzip_path" -p "$archive" "$(zip_literal "$name")" 2>/dev/null)" ] || printf '%s: Symlink differs\n' "$name"
      elif [ ! -e "$target" ]; then
        printf '%s: Warning: Cannot stat: No such file or directory\n' "$name"
      else
        "$unzip_path" -p "$archive" "$(zip_literal "$name")" 2>/dev/null | cmp -s - "$target" || printf '%s: Contents differ\n' "$name"
      fi
      ;;
    esac
  done
}

# unzip reads names as patterns
zip_literal() { printf '%s' "$1" | sed 's/[][*?\\]/\\&/g'; }

need sed sort
if [ "$kind" = zip ]; then
  need cmp
  names=$(run_unzip -Z1) || refuse "cannot read the archive"
  differences=$(zip_differences)
else
  names=$(run_tar --list) || refuse "cannot read the archive"
  differences=$(run_tar --diff 2>&1)
  [ $? -le 1 ] || case $differences in *"differ"* | *"Cannot stat"* | *"Not linked"*) ;; *) refuse "$differences" ;; esac
fi
fact names "$names"
fact differences "$differences"
members=$names
if [ -n "$wants_entries" ]; then
  implied=$(printf '%s\n' "$names" | sed -n 's|^\([^/]\{1,\}\)/.*|\1|p' | sort -u | while IFS= read -r top; do
    case "
$names
" in *"
$top/
"*) ;; *) [ "$top" = . ] || printf '%s\n' "$top" ;; esac
  done)
  fact implied "$implied"
  members="$names
$implied"
fi
if [ -n "$wants_entries" ] || [ -n "$keep_newer" ]; then
  fact entries "$(index=0
    printf '%s\n' "$members" | while IFS= read -r name; do
      name=${name#/}
      if [ -e "$dest/$name" ] || [ -L "$dest/$name" ]; then printf '%s/%s\n' "$index" "$(stat -c "$entry_format" -- "${dest%/}/${name%/}")"; fi
      index=$((index + 1))
    done)"
fi
if [ -n "$keep_newer" ]; then
  TZ=UTC0
  export TZ
  if [ "$kind" = tar ]; then
    fact times "$(run_tar --list --verbose --full-time)"
  else
    fact times "$(run_unzip -Z -T -s -h-t 2>/dev/null || run_unzip -Z -T -s)"
  fi
fi
exit 0
