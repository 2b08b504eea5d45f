# shellcheck shell=sh disable=SC2154,SC2016
# Variables: paths (quoted words), maxdepth and examined_depth (empty for no limit), follow, tests (quoted words: find's tests on the name), contains and
# contains_plain (the pattern for grep -P and for grep -E; empty for none), whole (grep's option for a whole file), sum_tool.
# Prints: now, skipped (the paths that are no directories, one a line), examined, lines (entries), sums, containing, bytes (the names)
need find stat date tr wc

# each TESTS ACTION: find below every path; both are words as sh reads them
each() {
  each_words="$1 $2"
  eval "set -- $paths"
  for root; do
    expand_home "$root"; root=$REPLY
    [ -d "$root" ] || continue
    eval "set -- $each_words"
    find ${follow:+-L} "$root" -mindepth 1 ${maxdepth:+-maxdepth "$maxdepth"} "$@" 2>/dev/null
  done
}

fact now "$(date +%s)"
fact skipped "$(eval "set -- $paths"; for root; do expand_home "$root"; [ -d "$REPLY" ] || printf '%s\n' "$REPLY"; done)"
fact examined "$(maxdepth=$examined_depth; each '' -print0 | tr -dc '\0' | wc -c)"
# NOTE: lines and names are listed apart and paired by order: a name may hold a newline
fact lines "$(each "$tests" '-exec stat -c "$entry_format" -- {} +')"
if [ -n "$sum_tool" ]; then
  need "$sum_tool"
  fact sums "$(each "$tests" '-type f -exec "$sum_tool" -- {} +')"
fi
if [ -n "$contains" ]; then
  need grep
  if printf a | grep -P a >/dev/null 2>&1; then
    fact containing "$(each "$tests" '-type f -exec grep -lsP $whole -e "$contains" -- {} +')"
  elif [ -n "$contains_plain" ]; then
    fact containing "$(each "$tests" '-type f -exec grep -lsE $whole -e "$contains_plain" -- {} +')"
  else
    refuse 'this host'\''s grep knows no Perl expressions (-P), and this "contains" needs them'
  fi
fi
fact bytes ''
each "$tests" -print0
exit 0
