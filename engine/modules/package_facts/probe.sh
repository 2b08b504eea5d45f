# shellcheck shell=sh disable=SC2154
# Variables: managers (words, in the order in which they are tried), strategy (first or all). Prints: each manager's list
found=
for manager in $managers; do
  case $manager in
  apt)
    command -v dpkg-query >/dev/null 2>&1 || continue
    # shellcheck disable=SC2016
    fact apt "$(dpkg-query -W -f='${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${Section}\n')"
    ;;
  rpm)
    command -v rpm >/dev/null 2>&1 || continue
    fact rpm "$(rpm -qa --qf '%{NAME}\t%{VERSION}\t%{RELEASE}\t%{EPOCH}\t%{ARCH}\n')"
    ;;
  apk)
    command -v apk >/dev/null 2>&1 || continue
    fact apk "$(apk info -v 2>/dev/null)"
    ;;
  pacman)
    command -v pacman >/dev/null 2>&1 || continue
    fact pacman "$(pacman -Q)"
    ;;
  *) continue ;;
  esac
  found="$found $manager"
  [ "$strategy" = all ] || break
done
fact found "$found"
