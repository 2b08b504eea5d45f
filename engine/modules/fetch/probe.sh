# shellcheck shell=sh disable=SC2154
# Variables: src, local_sum (of the controller's file; empty for none). Prints: source, state (missing, directory, unreadable, file), sum,
# and as bytes the content where its sum differs
need sha1sum cat
expand_home "$src"; src=$REPLY
fact source "$src"
if [ -d "$src" ]; then fact state directory
elif [ ! -e "$src" ]; then fact state missing
elif [ ! -r "$src" ] || [ -p "$src" ]; then fact state unreadable
else
  sum=$(sha1sum <"$src") || exit
  sum=${sum%% *}
  fact sum "$sum"
  fact state file
  if [ "$sum" != "$local_sum" ]; then
    fact bytes ''
    cat -- "$src" || exit
  fi
fi
exit 0
