# shellcheck shell=sh disable=SC2154
# Is it so already?
# Variables: host, port, path, state, pattern (may be empty), posix_pattern (the same for a grep without Perl's expressions),
# connect_timeout, excluded, states (words: numbers of /proc/net/tcp), drained_at (words: addresses of the kernel; all when empty).
# is_met: 0 when the condition holds; sets $seen to the text that a pattern was looked for in
matches_pattern() {
  [ -n "$pattern" ] || return 0
  printf '%s\n' "$seen" | grep -q "$grep_kind" -- "$pattern"
}

is_local() {
  case $host in 127.0.0.1 | localhost | ::1) [ -r /proc/net/tcp ] ;; *) return 1 ;; esac
}

reaches() {
  if is_local; then is_listening "$port"; else can_connect "$host" "$port" "$connect_timeout"; fi
}

# is_drained: no connection of one of the states to the port, other than from the hosts that do not count
is_drained() {
  hex_port "$port"
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ local_address remote_address connection_state _; do
      case $local_address in *:"$REPLY") ;; *) continue ;; esac
      case " $states " in *" $connection_state "*) ;; *) continue ;; esac
      case " $excluded " in *" ${remote_address%:*} "*) continue ;; esac
      case " $drained_at " in "  " | *" ${local_address%:*} "*) return 1 ;; esac
    done <"$table"
  done
  return 0
}

is_met() {
  seen=
  case $state in
  drained) is_drained ;;
  absent | stopped)
    if [ -n "$path" ]; then [ ! -e "$path" ]; else ! reaches; fi
    ;;
  *)
    if [ -n "$path" ]; then
      [ -e "$path" ] || return 1
      [ -n "$pattern" ] || return 0
      seen=$(tr -d '\0' <"$path" 2>/dev/null | head -c 1000000)
    else
      reaches || return 1
      [ -n "$pattern" ] || return 0
      seen=$(banner_of "$host" "$port" "$connect_timeout" "$pattern")
    fi
    matches_pattern
    ;;
  esac
}

prepare_check() {
  expand_home "$path"; path=$REPLY
  # NOTE: BusyBox knows no Perl expressions
  if printf x | grep -qP x 2>/dev/null; then grep_kind=-P; else grep_kind=-E; pattern=$posix_pattern; fi
  if [ -n "$port" ] && [ "$state" != drained ]; then
    if ! is_local || [ -n "$pattern" ]; then need_connector; fi
  fi
}
