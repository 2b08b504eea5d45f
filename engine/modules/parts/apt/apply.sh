# shellcheck shell=sh disable=SC2154
# Updates the package lists, then runs apt-get.
# Variables: update, update_retries, update_max_delay (seconds), lock_timeout (seconds), steps (quoted lines of quoted words), options,
# policy_rc_d (exit status, may be empty), those of fetch.sh (url: a package to fetch first, may be empty).
# Prints: what apt-get prints, then lists_changed (1 or 0) and cache_time
export LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none

lists_now() { stat -c '%n %s %Y' /var/lib/apt/lists/*_* 2>/dev/null | cksum; }

# explain SAID: the last line is what the user reads first
explain() {
  printf '%s\n' "$1" >&2
  line=$(printf '%s\n' "$1" | grep -m 1 '^E: ')
  case $line in
  "E: Unable to locate package "*) line="No package matching '${line##* }' is available" ;;
  "E: Package '"*"' has no installation candidate") line=${line#*\'}; line="No package matching '${line%%\'*}' is available" ;;
  "E: Version '"*) line="no available installation candidate: ${line#E: }" ;;
  *"Could not get lock"*) line="Failed to lock apt for exclusive operation: ${line#E: }" ;;
  "E: Packages need to be removed but remove is disabled.") line="packages would be removed, and fail_on_autoremove forbids it" ;;
  esac
  [ -z "$line" ] || printf '%s\n' "${line#E: }" >&2
}

# shellcheck disable=SC2120
update_lists() {
  before=$(lists_now)
  try=0
  waited=0
  while :; do
    eval "set -- $options"
    # without this mode a list that cannot be fetched is only a warning
    said=$(apt-get "$@" -q -o APT::Update::Error-Mode=any update 2>&1 </dev/null) && break
    code=$?
    case $said in
    *"Could not get lock"*)
      [ "$waited" -gt 0 ] || printf '%s\n' "waiting for another apt to finish" >&2
      [ "$waited" -lt "$lock_timeout" ] || { explain "$said"; exit "$code"; }
      waited=$((waited + 1))
      sleep 1
      continue
      ;;
    esac
    delay=$((1 << try))
    [ "$delay" -le "$update_max_delay" ] || delay=$update_max_delay
    try=$((try + 1))
    if [ "$try" -ge "$update_retries" ]; then
      explain "$said"
      printf '%s\n' "Failed to update apt cache after $try retries: $(printf '%s\n' "$said" | grep -m 1 '^[EW]: ')" >&2
      exit "$code"
    fi
    printf '%s\n' "the package lists could not be fetched; trying again in $delay s" >&2
    sleep "$delay"
  done
  # apt leaves the folder alone when nothing is new; cache_valid_time counts from the last look
  touch /var/lib/apt/lists
  after=$(lists_now)
  if [ "$before" = "$after" ]; then lists_changed=0; else lists_changed=1; fi
}

deny_services() {
  policy_file=/usr/sbin/policy-rc.d
  policy_kept=
  if [ -e "$policy_file" ] || [ -L "$policy_file" ]; then
    put_aside "$policy_file"
    policy_kept=$REPLY
  fi
  put_text "$policy_file" 00755 "#!/bin/sh
exit $policy_rc_d
" keep
}

allow_services() {
  [ -n "$policy_rc_d" ] || return 0
  if [ -n "$policy_kept" ]; then put_back "$policy_kept" "$policy_file"; else remove "$policy_file"; fi
}

need apt-get
lists_changed=0
# shellcheck disable=SC2119
[ -z "$update" ] || update_lists
if [ -n "$policy_rc_d" ]; then
  deny_services
  trap 'tidy; allow_services' EXIT
fi
if [ -n "$url" ]; then
  # in a folder of its own: what is in /tmp under a name that can be guessed, root must not install
  make_scratch
  [ -z "$policy_rc_d" ] || trap 'tidy; allow_services' EXIT
  deb_file=$scratch/package.deb
  fetch_to "$deb_file"
fi
eval "set -- $steps"
for step; do
  eval "set -- $step"
  exec 3>&1
  said=$("$@" 2>&1 >&3 3>&- </dev/null)
  code=$?
  exec 3>&-
  if [ "$code" -ne 0 ]; then explain "$said"; exit "$code"; fi
  [ -z "$said" ] || printf '%s\n' "$said" >&2
done
printf '\0'
fact lists_changed "$lists_changed"
cache_time=0
for stamp in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
  if [ -e "$stamp" ]; then cache_time=$(stat -c %Y "$stamp"); break; fi
done
fact cache_time "$cache_time"
