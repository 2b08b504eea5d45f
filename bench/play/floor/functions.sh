# The floor: what somebody who knows the hosts would write by hand, each step probed before it is applied. What follows are the tasks, a file each part.
set -eu
changed=0
trap 'printf "changed=%s\n" "$changed"' EXIT
did() { changed=$((changed + 1)); }

put() { # FILE MODE OWNER:GROUP, content on stdin
  new=$(cat; printf x)
  old=$(cat "$1" 2>/dev/null || :; printf x)
  if [ "$new" != "$old" ] || [ ! -e "$1" ]; then
    printf %s "${new%x}" >"$1.new" && chmod "$2" "$1.new" && chown "$3" "$1.new" && mv "$1.new" "$1"
    did
  fi
  owned "$1" "$2" "$3"
}
owned() {
  [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ] || { chmod "$2" "$1"; chown "$3" "$1"; did; }
}
folder() {
  [ -d "$1" ] || { mkdir "$1"; did; }
  owned "$@"
}
gone() { [ ! -e "$1" ] || { rm -rf "$1"; did; }; }
line() { # KEY LINE
  grep -qxF "$2" /etc/ssh/sshd_config || {
    if grep -qE "^#?$1" /etc/ssh/sshd_config; then sed -i "s/^#\{0,1\}$1.*/$2/" /etc/ssh/sshd_config; else printf '%s\n' "$2" >>/etc/ssh/sshd_config; fi
    did
  }
}
runs() {
  [ "$(systemctl is-active "$1")" = active ] || { systemctl start "$1"; did; }
  [ "$(systemctl is-enabled "$1" 2>/dev/null)" = enabled ] || { systemctl -q enable "$1" 2>/dev/null; did; }
}
