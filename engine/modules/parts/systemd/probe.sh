# shellcheck shell=sh disable=SC2154
# What systemd says about a unit.
# Variables: unit (may be empty), scope (system, user, global).
# Prints: show (all properties), show_code, file (1: a unit file lies on the disk), is_enabled, init_script
newline='
'

sd() {
  case $scope in
  system) systemctl "$@" ;;
  *) systemctl "--$scope" "$@" ;;
  esac
}

ask_unit() {
  need systemctl
  if [ "$scope" = user ] && [ -z "${XDG_RUNTIME_DIR-}" ]; then XDG_RUNTIME_DIR=/run/user/$(id -u); export XDG_RUNTIME_DIR; fi
  [ -n "$unit" ] || return 0
  if [ "$scope" = global ]; then
    fact is_enabled "$(sd is-enabled -- "$unit" 2>/dev/null)"
    return 0
  fi
  # without a function, which would be a process of its own in here
  if [ "$scope" = system ]; then shown=$(LC_ALL=C systemctl show -- "$unit" 2>&1); else shown=$(LC_ALL=C systemctl "--$scope" show -- "$unit" 2>&1); fi
  fact show_code "$?"
  fact show "$shown"
  case $newline$shown$newline in
  *"${newline}LoadState=not-found$newline"*)
    # systemd may remember a unit as missing that has come since. What is told of a unit that is there is long, and dash takes the
    # square of its length for this
    id=${shown#*"$newline"Id=}
    id=${id%%"$newline"*}
    if sd list-unit-files --no-legend -- "$id" 2>/dev/null | grep -q .; then fact file 1; fi
    ;;
  esac
  # these words do not say whether a link for the next boot is there
  case $newline$shown$newline in
  *"${newline}UnitFileState=$newline"* | *"${newline}UnitFileState=generated$newline"* | *"${newline}UnitFileState=bad$newline"*)
    fact is_enabled "$(sd is-enabled -- "$unit" 2>/dev/null)"
    ;;
  esac
  [ ! -x "/etc/init.d/${unit%.service}" ] || fact init_script 1
}
