# shellcheck shell=sh
# Writes a file whole or not at all: a temporary file beside the target, then a rename.
# Variables: write_size (bytes that must arrive), write_mode (five octal digits), write_keep (uid:gid of the old file, kept where the
# user may), write_backup, write_validate (a command line that names "$write_temporary"), write_unsafe; and those of set_attributes.
# Prints: backup_file

# make_temporary TARGET: makes an empty private file beside it, removed at the end, and sets $write_temporary
make_temporary() {
  parent_of "$1"
  write_folder=$REPLY
  [ -z "${write_unsafe-}" ] || [ -w "$write_folder" ] || write_folder=${TMPDIR:-/tmp}
  write_suffix=${1##*/}
  # validators want the name's ending
  case $write_suffix in ?*.*) write_suffix=.${write_suffix##*.} ;; *) write_suffix= ;; esac
  write_try=0
  while :; do
    write_temporary=$write_folder/.tsplay.$$.$write_try$write_suffix
    (umask 077; set -C; : >"$write_temporary") 2>/dev/null && break
    # only a name that is taken is worth another try
    [ -e "$write_temporary" ] || { (umask 077; : >"$write_temporary") || exit; }
    write_try=$((write_try + 1))
    [ "$write_try" -lt 100 ] || refuse "cannot make a temporary file in $write_folder"
  done
  trap 'release; rm -f -- "$write_temporary"' EXIT
  trap 'exit 129' HUP INT TERM PIPE
}

# backup_of PATH: keeps a copy under Ansible's name for it
backup_of() {
  backup_file=$1.$$.$(date +%Y-%m-%d@%H:%M:%S)~
  cp -p -- "$1" "$backup_file" || exit
  fact backup_file "$backup_file"
}

# install_temporary TARGET: attributes, validation, backup, rename of $write_temporary
install_temporary() {
  if [ -n "${write_size-}" ]; then
    write_got=$(wc -c <"$write_temporary") || exit
    [ "$write_got" -eq "$write_size" ] || refuse "only $((write_got)) of $write_size bytes arrived for $1"
  fi
  # an ordinary user cannot give files away: then the copy is the user's, as with Ansible
  [ -z "${write_keep-}" ] || chown -- "$write_keep" "$write_temporary" 2>/dev/null || chgrp -- "${write_keep#*:}" "$write_temporary" 2>/dev/null || :
  set_attributes "$write_temporary"
  # after set_attributes: a change of owner drops setuid
  [ -z "${write_mode-}" ] || chmod -- "$write_mode" "$write_temporary" || exit
  if [ -n "${write_validate-}" ]; then
    write_said=$(eval "$write_validate" 2>&1)
    write_code=$?
    [ "$write_code" -eq 0 ] || refuse "failed to validate (code $write_code): $write_said"
  fi
  if [ -e /sys/fs/selinux/enforce ] && [ -z "${set_context-}" ] && [ -e "$1" ]; then chcon --reference="$1" -- "$write_temporary" 2>/dev/null; fi
  [ ! -d "$1" ] || refuse "$1 is a directory"
  if [ -n "${write_backup-}" ] && [ -e "$1" ]; then backup_of "$1"; fi
  if [ -n "${write_unsafe-}" ] && [ -e "$1" ]; then
    mv -f -- "$write_temporary" "$1" 2>/dev/null || cat -- "$write_temporary" >"$1" || exit
  else
    mv -f -- "$write_temporary" "$1" || exit
  fi
  set_flags_of "$1"
}

# write_file TARGET: stdin becomes its content
write_file() {
  need cat mv wc chmod
  make_temporary "$1"
  cat >"$write_temporary" || exit
  install_temporary "$1"
}
