# shellcheck shell=sh disable=SC2154,SC2016
# Can a TCP port be reached from this host, and what does it say? And which connections are there?

# hex_port NUMBER: sets $REPLY to the port as /proc/net/tcp writes it
hex_port() { REPLY=$(printf '%04X' "$1"); }

# is_listening PORT: whether a process of this host listens where 127.0.0.1 reaches it; no process is started for that
is_listening() {
  hex_port "$1"
  for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ local_address _ local_state _; do
      [ "$local_state" = 0A ] || continue
      case $local_address in
      00000000:"$REPLY" | 0100007F:"$REPLY" | 00000000000000000000000000000000:"$REPLY" | \
        0000000000000000FFFF00000100007F:"$REPLY" | 0000000000000000FFFF000000000000:"$REPLY") return 0 ;;
      00000000000000000000000001000000:"$REPLY") [ "$host" != localhost ] && [ "$host" != ::1 ] || return 0 ;;
      esac
    done <"$table"
  done
  return 1
}

# need_connector: sets $connector to the tool that opens connections
need_connector() {
  connector=
  if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then connector=bash
  elif command -v nc >/dev/null 2>&1; then connector=nc
  elif command -v curl >/dev/null 2>&1; then connector=curl
  else need nc
  fi
}

# can_connect HOST PORT SECONDS
can_connect() {
  case $connector in
  bash) timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$1" "$2" >/dev/null 2>&1 </dev/null ;;
  nc) nc -z -w "$3" "$1" "$2" >/dev/null 2>&1 </dev/null ;;
  curl)
    # 7 and 28 without a connection: refused, timed out
    [ "$(curl -s -o /dev/null -w '%{time_connect}' --connect-timeout "$3" --max-time "$3" "telnet://$1:$2" </dev/null 2>/dev/null | tr -d '0.')" != "" ]
    ;;
  esac
}

# banner_of HOST PORT SECONDS PATTERN: what the other side says by itself, up to the first line that matches
banner_of() {
  case $connector in
  bash)
    timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit
      while IFS= read -r line <&3 || [ -n "$line" ]; do
        printf "%s\n" "$line"
        if printf "%s\n" "$line" | grep -q "$3" -- "$4"; then exit 0; fi
      done' - "$1" "$2" "$grep_kind" "$4" 2>/dev/null </dev/null
    ;;
  nc) nc -w "$3" "$1" "$2" 2>/dev/null </dev/null ;;
  curl) curl -s --connect-timeout "$3" --max-time "$3" "telnet://$1:$2" 2>/dev/null </dev/null ;;
  esac | tr -d '\0' | head -c 65536
}
