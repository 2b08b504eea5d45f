# shellcheck shell=sh disable=SC2154
# Which of the packages are installed, and which of those have something newer? For managers other than apt.
# Variables: manager, package_names (quoted words), manager_options (words without blanks in them), ask_newer.
# Prints: installed.NAME (1 or 0), newer.NAME (1 or 0)
eval "set -- $package_names"
for name; do
  is=0
  case $manager in
  dnf* | yum | zypper)
    need rpm
    if rpm -q --whatprovides -- "$name" >/dev/null 2>&1 || rpm -q -- "$name" >/dev/null 2>&1; then is=1; fi
    ;;
  apk) if apk info -e -- "$name" >/dev/null 2>&1; then is=1; fi ;;
  pacman) if pacman -Q -- "$name" >/dev/null 2>&1; then is=1; fi ;;
  esac
  fact "installed.$name" "$is"
  [ "$is$ask_newer" = 11 ] || continue
  newer=0
  case $manager in
  dnf* | yum)
    # shellcheck disable=SC2086
    "$manager" -q $manager_options check-update -- "$name" >/dev/null 2>&1
    # 100 is its word for "yes"
    [ $? -ne 100 ] || newer=1
    ;;
  zypper) if zypper --non-interactive --quiet list-updates 2>/dev/null | grep -q "| $name  *|"; then newer=1; fi ;;
  apk) if [ -n "$(apk version -q -l '<' -- "$name" 2>/dev/null)" ]; then newer=1; fi ;;
  pacman) if pacman -Qu -- "$name" >/dev/null 2>&1; then newer=1; fi ;;
  esac
  fact "newer.$name" "$newer"
done
