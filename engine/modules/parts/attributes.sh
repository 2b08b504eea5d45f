# shellcheck shell=sh disable=SC2154
# Owner, group, permissions, chattr flags and SELinux context of a path: asked here, set by place.sh.

# user_id NAME: sets $REPLY to the user's id, or to nothing
user_id() {
  case $1 in
  *[!0-9]* | "")
    REPLY=
    # no fork for the users in the file; id knows those of directories
    while IFS=: read -r user_name _ user_number _; do
      [ "$user_name" != "$1" ] || { REPLY=$user_number; break; }
    done </etc/passwd
    [ -n "$REPLY" ] || REPLY=$(id -u -- "$1" 2>/dev/null) || REPLY=
    ;;
  *) REPLY=$1 ;;
  esac
}

# group_id NAME: sets $REPLY to the group's id, or to nothing
group_id() {
  case $1 in
  *[!0-9]* | "")
    REPLY=
    # no fork for the groups in the file; getent knows those of directories
    while IFS=: read -r group_name _ group_number _; do
      [ "$group_name" != "$1" ] || { REPLY=$group_number; break; }
    done </etc/group
    [ -n "$REPLY" ] || REPLY=$(getent group "$1" 2>/dev/null | cut -d: -f3)
    ;;
  *) REPLY=$1 ;;
  esac
}

# ask_attributes PATH: prints umask (for what is there only with ask_umask), and where asked owner_id, group_id, flags, context,
# default_context
ask_attributes() {
  # of no use to what is there; a held sh knows its own, where asking would be a fork
  if [ -n "${ask_umask-}" ] || [ ! -e "$1" ] || [ -L "$1" ]; then fact umask "${tsplay_umask:-$(umask)}"; fi
  # where the owner is the wanted one already, `entry` has its id
  owner_now=
  group_now=
  if [ "${entry_path-}" = "$1" ] && [ "$entry_line" != absent ]; then
    owner_now=${entry_line%/*}
    owner_now=${owner_now##*/}
    group_now=${entry_line##*/}
    ids=${entry_line#*/}
  fi
  case ${ask_owner-} in
  "") ;;
  "$owner_now") fact owner_id "${ids%%/*}" ;;
  *) user_id "$ask_owner"; fact owner_id "$REPLY" ;;
  esac
  case ${ask_group-} in
  "") ;;
  "$group_now") ids=${ids#*/}; fact group_id "${ids%%/*}" ;;
  *) group_id "$ask_group"; fact group_id "$REPLY" ;;
  esac
  if [ -n "${ask_flags-}" ]; then
    need lsattr chattr
    if flags_line=$(lsattr -d -- "$1" 2>/dev/null); then
      flags_line=${flags_line%% *}
      fact flags "$(printf '%s' "$flags_line" | tr -d -)"
    fi
  fi
  if [ -n "${ask_context-}" ]; then
    if [ -e /sys/fs/selinux/enforce ]; then
      need chcon
      context_now=$(stat -c %C -- "$1" 2>/dev/null) && fact context "$context_now"
      context_default=$(matchpathcon -n -- "$1" 2>/dev/null) && fact default_context "$context_default"
    else
      fact selinux no
    fi
  fi
}
