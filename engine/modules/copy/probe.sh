# shellcheck shell=sh disable=SC2154
# Variables: kind (file, tree, or remote for a source on the host), src, names (quoted words: a tree's, relative to dest), and those of
# ask_whole.
# Prints for a file what ask_whole prints; for remote also source (an entry), source_sum; for a tree path, root, base (entries), and for
# its items kinds (a letter each: - absent, d, f, F for a file that a link leads to, l, o), entries, sums, target.N; the same with `source.` before it for remote.

# ask_items PREFIX FOLDER FOLLOW NAME...: with FOLLOW (1 or empty) what links lead to, and nothing for those that lead nowhere
ask_items() {
  need xargs stat sha1sum
  prefix=$1
  folder=$2
  follow_here=$3
  shift 3
  fact "${prefix}kinds" "$(for name; do
    if [ -z "$follow_here" ] && [ -L "$folder/$name" ]; then printf l
    elif [ -d "$folder/$name" ]; then printf d
    elif [ -f "$folder/$name" ]; then if [ -L "$folder/$name" ]; then printf F; else printf f; fi
    elif [ -e "$folder/$name" ]; then printf o
    else printf -- -; fi
  done)"
  fact "${prefix}entries" "$(for name; do
    if [ -e "$folder/$name" ] || { [ -z "$follow_here" ] && [ -L "$folder/$name" ]; }; then printf '%s\0' "$folder/$name"; fi
  done | xargs -0 -r stat ${follow_here:+-L} -c "$entry_format" --)"
  fact "${prefix}sums" "$(for name; do
    if [ -f "$folder/$name" ] && { [ -n "$follow_here" ] || [ ! -L "$folder/$name" ]; }; then printf '%s\0' "$folder/$name"; fi
  done | xargs -0 -r sha1sum --)"
  index=0
  for name; do
    [ ! -L "$folder/$name" ] || fact "${prefix}target.$index" "$(readlink -- "$folder/$name")"
    index=$((index + 1))
  done
}

ask_root() {
  fact path "$path"
  way "$path" follow
  entry root "$path"
  parent_of "$path/x"
  while [ ! -e "$REPLY" ] && [ "$REPLY" != / ] && [ "$REPLY" != . ]; do parent_of "$REPLY"; done
  fact parent_path "$REPLY"
  entry parent "$REPLY"
  ask_attributes "$path"
}

case $kind in
tree)
  expand_home "$dest"; path=$REPLY
  while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
  ask_root
  eval "set -- $names"
  ask_items '' "$path" '' "$@"
  ;;
remote)
  expand_home "$src"; src=$REPLY
  [ -e "$src" ] || refuse "Source $src not found"
  [ -r "$src" ] || refuse "Source $src not readable"
  way "$src" follow
  if [ ! -d "$src" ]; then
    [ -f "$src" ] || refuse "Cannot copy invalid source '$src': not a file"
    fact source_path "$src"
    real_path "$src"
    entry source "$REPLY"
    sum_of "$src"
    fact source_sum "$REPLY"
    name=${src##*/}
    ask_whole
  else
    need find
    expand_home "$dest"; path=$REPLY
    while :; do case $path in ?*/) path=${path%/} ;; *) break ;; esac; done
    case $src in
    */) ;;
    *) path=${path%/}/${src##*/} ;;
    esac
    fact source_path "$src"
    entry source "${src%/}/."
    ask_root
    newline='
'
    set -f
    IFS=$newline
    # shellcheck disable=SC2046 # the names are what is to be split, at newlines
    set -- $(cd -- "$src" && if [ -n "$follow_items" ]; then find -L .; else find .; fi | sed -n 's,^\./,,p')
    unset IFS
    set +f
    fact names "$(printf '%s\n' "$@")"
    ask_items source. "$src" "$follow_items" "$@"
    ask_items '' "$path" '' "$@"
  fi
  ;;
*)
  ask_whole
  ;;
esac
exit 0
