# shellcheck shell=sh disable=SC2154,SC2086
# Variables: manager, update (1 or empty), state (present, latest, absent), names (quoted words), options (words without blanks in them). Prints: what the manager prints.
LC_ALL=C
export LC_ALL
if [ -n "$update" ]; then
  case $manager in
  dnf* | yum) "$manager" -y -q makecache ;;
  zypper) zypper --non-interactive refresh ;;
  apk) apk update ;;
  pacman) pacman -Sy --noconfirm ;;
  esac >&2 || exit
fi
eval "set -- $names"
[ $# -gt 0 ] || exit 0
run() { # MANAGER AND OPERATION..., then the names
  operation=$*
  eval "set -- $names"
  # shellcheck disable=SC2086
  $operation "$@" || exit
}
case $manager:$state in
dnf*:absent | yum:absent) run "$manager" -y remove -- ;;
dnf*:latest | yum:latest)
  # install leaves old versions alone, update ignores what is missing
  run "$manager" -y $options install --
  run "$manager" -y $options update --
  ;;
dnf*:* | yum:*) run "$manager" -y $options install -- ;;
zypper:absent) run zypper --non-interactive remove -- ;;
zypper:*) run zypper --non-interactive install -- ;;
apk:absent) run apk del ;;
apk:latest) run apk add --upgrade ;;
apk:*) run apk add ;;
pacman:absent) run pacman -R --noconfirm -- ;;
pacman:*) run pacman -S --noconfirm --needed -- ;;
esac
