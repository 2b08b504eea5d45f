# shellcheck shell=sh disable=SC2034,SC2154,SC2030,SC2031
# Makes temporary files and puts them in place: the only part that does. It comes after way.sh. The target's folder is held as the working
# directory; a temporary has a name that cannot be guessed, is made exclusively and stays open as descriptor 7, through which it gets its
# content, owner and permissions, since whoever owns the folder may put something else under its name.
# Variables for what a file shall have: write_size (bytes that must arrive), write_mode (five octal digits), write_keep (uid:gid of the old
# file, kept where the user may), write_backup, write_validate (a command line that names "$write_temporary"), write_unsafe; set_context,
# set_owner, set_group, set_mode, set_flags.
# Prints: backup_file

temporary=
scratch=
tidy() {
  release
  [ -z "$temporary" ] || rm -f -- "$temporary"
  [ -z "$scratch" ] || rm -rf -- "$scratch"
}
tidy_at_end() {
  trap tidy EXIT
  trap 'exit 129' HUP INT TERM PIPE
}

# unguessable: sets $REPLY to a word
unguessable() {
  # no fork where the kernel gives one
  { read -r REPLY </proc/sys/kernel/random/uuid; } 2>/dev/null || REPLY=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  [ -n "$REPLY" ] || refuse "this host has no /proc/sys/kernel/random/uuid and no /dev/urandom"
}

# shellcheck disable=SC2120
# make_scratch [FOLDER]: sets $scratch to a private folder, gone at the end, for what is not put in place
make_scratch() {
  need mktemp
  scratch=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/.tsplay.XXXXXXXXXX") || exit
  tidy_at_end
}

# make_lasting KIND FOLDER PREFIX SUFFIX: a private file or directory that stays, in FOLDER or the host's own; sets $REPLY to its path
make_lasting() {
  unguessable
  lasting_in=${2:-${TMPDIR:-/tmp}}
  REPLY=$3$(printf %s "$REPLY" | tr -d - | cut -c 1-10)$4
  hold "$lasting_in"
  if [ "$1" = directory ]; then (umask 077; mkdir -- "./$REPLY")
  else (umask 077; set -C; : >"./$REPLY")
  fi || exit
  REPLY=${lasting_in%/}/$REPLY
}

# make_temporary TARGET: holds its folder and makes an empty private file there, open as descriptor 7; $write_temporary is its path
make_temporary() {
  seize "$1"
  [ ! -d "./$held_name" ] || [ -L "./$held_name" ] || refuse "$1 is a directory"
  unguessable
  # validators want the name's ending
  case $held_name in ?*.*) REPLY=$REPLY.${held_name##*.} ;; esac
  write_word=$REPLY
  write_away=
  temporary=./.tsplay.$write_word
  write_temporary=${held%/}/.tsplay.$write_word
  if [ ! -w . ]; then
    [ -n "${write_unsafe-}" ] || refuse "${held%/}/$held_name cannot be written: its folder is not writable"
    write_away=1
    # shellcheck disable=SC2119
    make_scratch
    temporary=$scratch/.tsplay.$write_word
    write_temporary=$temporary
  fi
  open_temporary
  is_replaced=
  if [ -f "./$held_name" ] && [ ! -L "./$held_name" ]; then
    is_replaced=1
    with_old keep_attributes
  fi
}

# open_temporary: makes $temporary and keeps it open as descriptor 7
open_temporary() {
  place_umask=${tsplay_umask:-$(umask)}
  umask 077
  set -C
  exec 7>"$temporary"
  set +C
  umask "$place_umask"
  tidy_at_end
}

# with_old FUNCTION [ARGUMENT]: runs it with $held_name, a regular file in the held folder, open as descriptor 8
with_old() {
  { [ -f "./$held_name" ] && [ ! -L "./$held_name" ]; } || refuse "${held%/}/$held_name is not a regular file"
  # NOTE: to read and write, since that does not wait for the other end of a fifo; a program that runs can only be read. Where nobody else can
  # put one, nothing is opened for writing: others may watch for that.
  if is_shared; then
    { is_old "$@" 8<>"./$held_name" 2>&9; } 9>&2 2>/dev/null || { is_old "$@" 8<"./$held_name" 2>&9; } 9>&2 2>/dev/null || cannot_open
  else { or_exit "$@" 8<"./$held_name" 2>&9; } 9>&2 2>/dev/null || cannot_open
  fi
}

or_exit() { "$@" || exit; }

cannot_open() { refuse "cannot open ${held%/}/$held_name"; }

is_old() {
  # what was opened through a link that has just been put there is not it
  [ "$(readlink /proc/self/fd/8)" = "${held%/}/$held_name" ] || refuse "${held%/}/$held_name was exchanged while the task ran"
  or_exit "$@"
}

# keep_attributes: ACLs, extended attributes and the SELinux context of the old file, before there is any content; as far as the tools go
keep_attributes() {
  if [ -z "$write_away" ]; then
    if ! cp --attributes-only --preserve=mode,xattr -- /proc/self/fd/8 /proc/self/fd/7 2>/dev/null && command -v setfacl >/dev/null 2>&1; then
      getfacl -cp -- /proc/self/fd/8 2>/dev/null | setfacl --set-file=- -- /proc/self/fd/7 2>/dev/null
    fi
    chmod 600 /proc/self/fd/7 || exit
  fi
  if [ -e /sys/fs/selinux/enforce ] && [ -z "${set_context-}" ]; then chcon --reference=/proc/self/fd/8 -- /proc/self/fd/7 2>/dev/null; fi
  return 0
}

# install_temporary: attributes, validation, backup and rename of what make_temporary made
install_temporary() {
  if [ -n "${write_size-}" ]; then
    write_got=$(wc -c </proc/self/fd/7) || exit
    [ "$write_got" -eq "$write_size" ] || refuse "only $((write_got)) of $write_size bytes arrived for ${held%/}/$held_name"
  fi
  # an ordinary user cannot give files away: then the copy is the user's, as with Ansible
  [ -z "${write_keep-}" ] || is_mine "$write_keep" || chown -- "$write_keep" /proc/self/fd/7 2>/dev/null || chgrp -- "${write_keep#*:}" /proc/self/fd/7 2>/dev/null || :
  set_attributes /proc/self/fd/7 ''
  # after set_attributes: a change of owner drops setuid
  [ -z "${write_mode-}" ] || chmod -- "$write_mode" /proc/self/fd/7 || exit
  # not every dd can
  dd conv=fsync </dev/null >&7 2>/dev/null || :
  if [ -n "${write_validate-}" ]; then
    write_said=$(eval "$write_validate" 2>&1)
    write_code=$?
    [ "$write_code" -eq 0 ] || refuse "failed to validate (code $write_code): $write_said"
  fi
  [ -z "${write_backup-}" ] || [ -z "$is_replaced" ] || backup_of "${held%/}/$held_name"
  if [ -n "${write_unsafe-}" ] && [ -n "$is_replaced" ]; then
    { [ -z "$write_away" ] && rename_to "$held_name" 2>/dev/null; } || with_old overwrite
  else rename_to "$held_name" || exit
  fi
  exec 7>&-
  set_flags_of "./$held_name"
}

# is_mine UID:GID: what is made in the held folder has them anyway
is_mine() { [ "$1" = "${tsplay_uid-}:${tsplay_gid-}" ] && [ ! -g . ]; }

overwrite() { cat <"$write_temporary" >/proc/self/fd/8 || exit; }

# rename_to NAME: the temporary, in the held folder; never into a directory of that name
rename_to() {
  rename_said=$(mv -fT -- "$temporary" "./$1" 2>&1) && { temporary=; return 0; }
  # NOTE: BusyBox takes a link to a directory for one, and an older one has no -T
  if [ -L "./$1" ]; then
    rm -f -- "./$1"
    mv -fT -- "$temporary" "./$1" 2>/dev/null && { temporary=; return 0; }
  fi
  case $rename_said in
  *"invalid option"* | *"unrecognized option"*) [ ! -e "./$1" ] || [ -f "./$1" ] && mv -f -- "$temporary" "./$1" && { temporary=; return 0; } ;;
  esac
  printf '%s\n' "$rename_said" >&2
  return 1
}

# write_file TARGET: stdin becomes its content, or what came for it as a variable
write_file() {
  need cat mv wc chmod
  make_temporary "$1"
  if [ -n "${tsplay_stdin+set}" ]; then
    printf %s "$tsplay_stdin" >&7 || exit
    # sh has read it as a whole
    write_size=
  else cat >&7 || exit
  fi
  install_temporary
}

# put_text PATH MODE TEXT [OWNER [BACKUP]]: the file holds TEXT, whole or not at all; a file that is there keeps its owner and mode, a link stays a link.
# With OWNER a link is not followed: uid:gid, which it gets with MODE in any case, or keep.
put_text() {
  put_path=$1
  if [ -z "${4-}" ]; then
    way "$1" follow
    put_path=$way
  fi
  set_owner='' set_group='' set_mode='' set_flags='' write_size='' write_validate='' write_unsafe=''
  write_mode=$2
  write_backup=${5-}
  write_keep=${4-}
  [ "$write_keep" != keep ] || write_keep=
  make_temporary "$put_path"
  [ -n "$is_replaced" ] || [ -L "./$held_name" ] || [ ! -e "./$held_name" ] || refuse "${held%/}/$held_name is not a regular file"
  if [ -n "$is_replaced" ] && [ -z "$write_keep" ]; then with_old ask_old; fi
  printf '%s' "$3" >&7 || exit
  install_temporary
}

ask_old() {
  write_keep=$(stat -L -c '%u:%g %a' /proc/self/fd/8) || exit
  write_mode=$(printf '%05d' "${write_keep#* }")
  write_keep=${write_keep% *}
}

# put_link PATH TARGET [hard]: a link in place of whatever but a full directory is there
put_link() {
  if [ -n "${3-}" ]; then
    # the other file by its own folder, held too: a hard link hands on what is changed later
    seize "$2"
    put_source=$held_name
    exec 9<.
    seize "$1"
    [ -L "./$held_name" ] || [ ! -d "./$held_name" ] || refuse "$1 is a directory"
  else
    seize "$1"
    if [ -d "./$held_name" ] && [ ! -L "./$held_name" ]; then rmdir -- "./$held_name" || exit; fi
  fi
  unguessable
  if [ -n "${3-}" ]; then ln -- "/proc/self/fd/9/$put_source" "./.tsplay.$REPLY" || exit; else ln -s -- "$2" "./.tsplay.$REPLY" || exit; fi
  temporary=./.tsplay.$REPLY
  tidy_at_end
  rename_to "$held_name" || exit
}

# backup_of PATH: keeps a copy of $held_name under Ansible's name for PATH
backup_of() {
  backup_file=$1.$$.$(date +%Y-%m-%d@%H:%M:%S)~
  with_old copy_old
  fact backup_file "$backup_file"
}

# the backup's name can be guessed: it is renamed to it
copy_old() (
  # what this subshell leaves behind is its own
  facts_held=
  scratch=
  unguessable
  temporary=./.tsplay.$REPLY
  open_temporary
  cat </proc/self/fd/8 >&7 || exit
  backup_is=$(stat -L -c '%u:%g %a' /proc/self/fd/8) || exit
  chown -- "${backup_is% *}" /proc/self/fd/7 2>/dev/null || :
  chmod -- "${backup_is#* }" /proc/self/fd/7 && touch -r /proc/self/fd/8 /proc/self/fd/7 || exit
  rename_to "${backup_file##*/}" || exit
)

# set_attributes PATH DEREFERENCE [link]: carries out $set_context $set_owner $set_group $set_mode; -h for what may be a link, nothing for
# descriptors; a link has no permissions of its own
set_attributes() {
  [ -z "${set_context-}" ] || chcon ${2:+"$2"} -- "$set_context" "$1" || exit
  set_ids=${set_owner-}${set_group:+:$set_group}
  [ -z "$set_ids" ] || chown ${2:+"$2"} -- "$set_ids" "$1" || exit
  [ -z "${set_mode-}" ] || [ -n "${3-}" ] || chmod -- "$set_mode" "$1" || exit
}

# set_flags_of PATH: an immutable file can be neither renamed nor written, so this is done when all else is
set_flags_of() {
  [ -z "${set_flags-}" ] || chattr "$set_flags" -- "$1" || exit
}

# adjust PATH [link]: the same on what is there, however often it is exchanged; a link's own where a link is what the task is about
adjust() {
  [ -n "${set_context-}${set_owner-}${set_group-}${set_mode-}${set_flags-}" ] || return 0
  seize "$1"
  adjust_here "$held_name" "${2-}"
}

# adjust_here NAME [link|any]: in the held folder; any is for what may be a link
adjust_here() {
  held_name=$1
  if [ -L "./$held_name" ]; then
    may_own_link "${2-}" || refuse "${held%/}/$held_name is a link of somebody else's now: it was exchanged while the task ran"
    set_attributes "./$held_name" -h link
  elif [ -d "./$held_name" ]; then adjust_folder "$held_name"
  elif ! is_shared; then
    set_attributes "./$held_name" -h
    set_flags_of "./$held_name"
  elif [ -f "./$held_name" ]; then
    with_old adjust_old
    set_flags_of "./$held_name"
  else
    [ -z "${set_mode-}" ] || refuse "${held%/}/$held_name is no regular file, and whoever owns its folder can exchange it: its mode is left alone"
    set_attributes "./$held_name" -h
  fi
}

# may_own_link KIND: a link that is given to root would be followed from then on
may_own_link() {
  case $1 in
  link) return 0 ;;
  any) [ -z "${set_owner-}" ] || ! is_trusted "${set_owner%%:*}" || ! is_shared || is_trusted "$(stat -c %u -- "./$held_name")" ;;
  *) return 1 ;;
  esac
}

# adjust_folder NAME: stands in it afterwards
adjust_folder() {
  [ "$1" = . ] || stand_in "${held%/}/$1"
  set_attributes . -h
  set_flags_of .
}

# change_mode NAME MODE: in the held folder, which stays the held one
change_mode() (
  set_context='' set_owner='' set_group='' set_flags='' set_mode=$2
  adjust_here "$1"
)

adjust_old() { set_attributes /proc/self/fd/8 ''; }

# make_folder PATH: with those attributes; the folder above is there
make_folder() {
  seize "$1"
  if is_shared; then
    folder_said=$(umask 077; mkdir -- "./$held_name" 2>&1) || no_folder
    [ -n "${set_mode-}" ] || set_mode=$(printf '%o' "$((0777 & ~0${tsplay_umask:-$(umask)}))")
    adjust_folder "$held_name"
    return 0
  fi
  # made with its permissions at once where nothing else is to be set
  if [ -n "${set_mode-}" ] && [ -z "${set_context-}${set_owner-}${set_group-}${set_flags-}" ] && mkdir -m "$set_mode" -- "./$held_name" 2>/dev/null; then return 0; fi
  folder_said=$(mkdir -- "./$held_name" 2>&1) || no_folder
  adjust_folder "$held_name"
}

# a link that leads to a folder is none: with this owner it would be one to be followed
no_folder() { { [ -d "./$held_name" ] && [ ! -L "./$held_name" ]; } || refuse "cannot create directory '${held%/}/$held_name': ${folder_said##*: }"; }

# make_way FOLDER: it and what is missing above it
make_way() {
  way "$1" follow
  [ ! -d "$way" ] || return 0
  set -- "$way"
  make_way "${way%/*}/"
  seize "$1"
  folder_said=$(mkdir -- "./$held_name" 2>&1) || no_folder
}

# put_aside PATH: gives it another name in its folder, for a while; sets $REPLY to that
put_aside() {
  seize "$1"
  unguessable
  REPLY=.tsplay.$REPLY
  mv -- "./$held_name" "./$REPLY" || exit
  REPLY=${held%/}/$REPLY
}

# put_back ASIDE PATH: under its own name again
put_back() {
  seize "$2"
  temporary=./${1##*/}
  rename_to "$held_name" || exit
}

# remove PATH: whatever it is, a link itself
remove() {
  seize "$1"
  rm -rf -- "./$held_name" || exit
}
