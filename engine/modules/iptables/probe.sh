# shellcheck shell=sh disable=SC2154
# Variables: tools (words), table, chain (may be empty), rule (quoted words, may be empty), wait (seconds, may be empty)
# Prints for each tool: TOOL_chain (1 or 0), TOOL_policy (of a built-in chain), TOOL_count (rules of the chain, or of the table), TOOL_rule (1 or 0)
# shellcheck disable=SC2086
need $tools
for tool in $tools; do
  # NOTE: asked for one chain that is not there, iptables-nft calls it incompatible; so the whole table is read
  # shellcheck disable=SC2086
  list=$("$tool" -w $wait -t "$table" -S 2>&1) || refuse "$tool: $list"
  has_chain=0 count=0
  while IFS= read -r line; do
    case $line in
    "-P $chain "*)
      has_chain=1
      line=${line#"-P $chain "}
      fact "${tool}_policy" "${line%% *}"
      ;;
    "-N $chain") has_chain=1 ;;
    "-A ${chain:+$chain }"*) count=$((count + 1)) ;;
    esac
  done <<END
$list
END
  fact "${tool}_chain" "$has_chain"
  fact "${tool}_count" "$count"
  has_rule=0
  eval "set -- $rule"
  # shellcheck disable=SC2086
  if [ $# -gt 0 ] && [ "$has_chain" = 1 ] && "$tool" -w $wait -t "$table" -C "$chain" "$@" 2>/dev/null; then has_rule=1; fi
  fact "${tool}_rule" "$has_rule"
done
exit 0
