# Ends the processes of one frame, and says nothing. Set by the caller:
#   shell  pid of the held sh          scope  "frame": what the sh runs now; "shell": the sh itself too
#   age    how old the frame is at least, in hundredths of a second: the frame after it is not to be hit
# The frame's own subshell is stopped while everything below it is ended, and goes last: until then no other frame begins, so
# whatever is found in the session meanwhile is the frame's, also when its parents are gone.
# shellcheck shell=sh disable=SC2154

# One word a process: pid:parent:session:start:state
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

fields() {
  pid=${1%%:*}
  set -- "${1#*:}"
  parent=${1%%:*}
  set -- "${1#*:}"
  session=${1%%:*}
  set -- "${1#*:}"
  start=${1%%:*}
  state=${1##*:}
}

# A clock tick is long: pids tell what began in the same one before the frame, and is not its.
is_orphan() {
  if [ "$parent" != 1 ] || [ "$session" != "$held_session" ] || [ "$pid" = "$shell" ]; then return 1; fi
  [ "$start" -gt "$since" ] || { [ "$start" = "$since" ] && [ "$pid" -gt "$first" ]; }
}

# Adds to $found what descends from it, and orphans of the frame's session and age; $alive is what of it still runs.
look() {
  list=$(table)
  grown=1
  while [ -n "$grown" ]; do
    grown=
    for process in $list; do
      fields "$process"
      case $found in *" $pid "*) continue ;; esac
      case $found in
      *" $parent "*) ;;
      *) if [ "$1" != orphans ] || ! is_orphan; then continue; fi ;;
      esac
      found="$found$pid "
      grown=1
    done
  done
  alive=
  for process in $list; do
    fields "$process"
    case $state in Z | X) continue ;; esac
    case $found in *" $pid "*) alive="$alive $pid" ;; esac
  done
}

below() {
  for pid in $alive; do
    case $tops in *" $pid "*) ;; *) printf '%s ' "$pid" ;; esac
  done
}

list=$(table)
own=0 held_session=none
for process in $list; do
  fields "$process"
  [ "$pid" = "$$" ] && own=$start
  [ "$pid" = "$shell" ] && [ "$session" != 0 ] && held_session=$session
done
tops=' ' since='' first=''
for process in $list; do
  fields "$process"
  [ "$parent" = "$shell" ] || continue
  [ $(((own - start) * 2)) -ge "$age" ] || continue
  tops="$tops$pid "
  if [ -z "$since" ] || [ "$start" -lt "$since" ]; then since=$start first=$pid; fi
done
found=$tops
[ "$scope" = shell ] && kill -KILL "$shell" 2>/dev/null
[ "$tops" = ' ' ] && exit 0

# shellcheck disable=SC2086
kill -STOP $tops 2>/dev/null
round=0 told=' '
look orphans
targets=$(below)
while [ -n "$targets" ] && [ "$round" -lt 40 ]; do
  for pid in $targets; do
    # a second to end by itself, then no mercy
    if [ "$round" -ge 10 ]; then
      kill -KILL "$pid"
    else
      case $told in
      *" $pid "*) ;;
      *)
        kill -TERM "$pid"
        kill -CONT "$pid"
        told="$told$pid "
        ;;
      esac
    fi
  done 2>/dev/null
  sleep 0.1 2>/dev/null || sleep 1
  look orphans
  targets=$(below)
  round=$((round + 1))
done

# shellcheck disable=SC2086
{
  kill -TERM $tops
  kill -CONT $tops
} 2>/dev/null
round=0
look descendants
while [ -n "$alive" ] && [ "$round" -lt 30 ]; do
  # shellcheck disable=SC2086
  [ "$round" -ge 20 ] && kill -KILL $alive 2>/dev/null
  sleep 0.05 2>/dev/null || sleep 1
  look descendants
  round=$((round + 1))
done
[ -z "$alive" ]
