# shellcheck shell=sh disable=SC2154
# Which package manager is here? Variables: use (auto or a manager). Prints: manager. Sets $manager.
manager=$use
if [ "$manager" = auto ]; then
  for candidate in apt-get dnf5 dnf yum zypper apk pacman; do
    if command -v "$candidate" >/dev/null 2>&1; then manager=$candidate; break; fi
  done
  [ "$manager" != auto ] || refuse "this host has none of the package managers apt, dnf, yum, zypper, apk, pacman"
fi
case $manager in apt-get) manager=apt ;; dnf4) manager=dnf ;; esac
[ "$manager" = apt ] || need "$manager"
fact manager "$manager"
