# Ends the processes of one frame. shell: pid of the held sh; scope: "frame" (what the sh runs now) or "shell" (the sh as well).
# Prints nothing. Descendants are found by their parents; children whose parents are gone by session and age.
# shellcheck shell=sh disable=SC2154
table() {
  if [ -r /proc/self/stat ]; then
    for entry in /proc/[0-9]*; do
      IFS= read -r line <"$entry/stat" || continue
      pid=${line%% *}
      # the name, in brackets, may hold anything
      # shellcheck disable=SC2086
      set -- ${line##*) }
      printf '%s ' "$pid:$2:$4:${20}:$1"
    done 2>/dev/null
  else
    ps -A -o pid= -o ppid= | while read -r pid parent; do printf '%s ' "$pid:$parent:0:0:R"; done
  fi
}

# Adds to $found what belongs to the frame; $alive is what of it still runs.
look() {
  list=$(table)
  session=
  for entry in $list; do
    case $entry in "$shell":*) session=${entry#*:*:} && session=${session%%:*} ;; esac
  done
  [ -n "$session" ] && [ "$session" != 0 ] && held_session=$session
  grown=1
  while [ -n "$grown" ]; do
    grown=
    for entry in $list; do
      pid=${entry%%:*}
      rest=${entry#*:}
      parent=${rest%%:*}
      rest=${rest#*:}
      group=${rest%%:*}
      rest=${rest#*:}
      start=${rest%%:*}
      case $found in *" $pid "*) continue ;; esac
      [ "$pid" = "$shell" ] && continue
      if [ "$parent" = "$shell" ]; then
        if [ -z "$since" ] || [ "$start" -lt "$since" ]; then since=$start; fi
      else
        case $found in
        *" $parent "*) ;;
        *) [ -n "$since" ] && [ "$since" != 0 ] && [ "$group" = "${held_session:-none}" ] && [ "$parent" = 1 ] && [ "$start" -ge "$since" ] || continue ;;
        esac
      fi
      found="$found$pid "
      grown=1
    done
  done
  alive=
  for entry in $list; do
    case ${entry##*:} in Z | X) continue ;; esac
    case $found in *" ${entry%%:*} "*) alive="$alive ${entry%%:*}" ;; esac
  done
}

found=' '
since=
held_session=
look
if [ "$scope" = shell ]; then kill -KILL "$shell"; fi
round=0
while [ -n "$alive" ] && [ "$round" -lt 40 ]; do
  # a second to end by itself, then no mercy
  if [ "$round" -lt 10 ]; then word=TERM; else word=KILL; fi
  for pid in $alive; do
    case $word:$told in TERM:*" $pid "*) continue ;; esac
    kill -"$word" "$pid"
    kill -CONT "$pid"
    told="${told:- }$pid "
  done 2>/dev/null
  sleep 0.1 2>/dev/null || sleep 1
  look
  round=$((round + 1))
done
[ -z "$alive" ]
