# shellcheck shell=sh disable=SC2154
# Variables: scope, unit, steps (quoted lines of quoted words for systemctl).
# Prints: what systemctl prints.
if [ "$scope" = user ] && [ -z "${XDG_RUNTIME_DIR-}" ]; then XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR; fi
newline='
'
eval "set -- $steps"
for step; do
  eval "set -- $step"
  said=$(LC_ALL=C systemctl "$@" 2>&1 </dev/null)
  code=$?
  if [ "$code" -ne 0 ]; then
    printf '%s\n' "$said" >&2
    verb=
    for word; do
      case $word in -*) ;; *) verb=$word; break ;; esac
    done
    # what the service itself said last is what the user needs
    case $verb in
    start | restart | reload) systemctl status --no-pager --full --lines=8 -- "$unit" >&2 2>/dev/null ;;
    esac
    case $verb in
    daemon-*) printf 'failure %s during %s: %s\n' "$code" "$verb" "${said%%"$newline"*}" >&2 ;;
    *) printf 'Unable to %s service %s: %s\n' "$verb" "$unit" "${said%%"$newline"*}" >&2 ;;
    esac
    exit "$code"
  fi
  [ -z "$said" ] || printf '%s\n' "$said" >&2
done
