# shellcheck shell=sh disable=SC2154
# Variables: name, words (the command that makes, changes or deletes the user), more_words (further commands, separated by ";" words),
# home_parent, is_hash (a line "name:hash" comes on stdin), make_home, skeleton, home_umask, key_path, key_words, key_phrase.
# Prints: what the tools print.
run_words() {
  eval "set -- $1"
  [ $# -eq 0 ] || { need "$1"; "$@" || exit; }
}

home_entry() {
  while IFS=: read -r user_name _ user_id user_group _ user_home _; do
    [ "$user_name" != "$name" ] || return 0
  done </etc/passwd
  user_entry=$(getent passwd "$name") || refuse "user $name has no entry"
  IFS=: read -r user_name _ user_id user_group _ user_home _ <<END
$user_entry
END
}

# the mode that useradd would give a home directory
home_mode() {
  default_mode=
  default_umask=022
  if [ -r /etc/login.defs ]; then
    while read -r key value _; do
      case $key in HOME_MODE) default_mode=$value ;; UMASK) default_umask=$value ;; esac
    done </etc/login.defs
  fi
  if [ -n "$home_umask" ]; then REPLY=$(printf '%04o' "$((0777 & ~0$home_umask))")
  elif [ -n "$default_mode" ]; then REPLY=$default_mode
  else REPLY=$(printf '%04o' "$((0777 & ~0$default_umask))"); fi
}

make_home() {
  home_entry
  # useradd may have made it
  [ ! -e "$user_home" ] || return 0
  parent_of "$user_home"
  mkdir -p -- "$REPLY" || exit
  if [ -d "$skeleton" ]; then cp -R -P -- "$skeleton" "$user_home" || exit; else mkdir -- "$user_home" || exit; fi
  home_mode
  chmod -- "$REPLY" "$user_home" || exit
  chown -R -h -- "$user_id:$user_group" "$user_home" || exit
}

# shellcheck disable=SC2120
make_key() {
  home_entry
  parent_of "$key_path"
  key_folder=$REPLY
  if [ ! -d "$key_folder" ]; then
    (umask 077; mkdir -p -- "$key_folder") || exit
    chown -- "$user_id:$user_group" "$key_folder" || exit
  fi
  eval "set -- $key_words"
  if [ -n "$key_phrase" ]; then
    # never in an argv: ssh-keygen asks a helper that knows it from the environment
    key_helper=$key_folder/.tsplay.$$
    trap 'release; rm -f -- "$key_helper"' EXIT
    # shellcheck disable=SC2016
    (umask 077; printf '#!/bin/sh\nprintf "%%s\\n" "$TSPLAY_PHRASE"\n' >"$key_helper" && chmod 700 "$key_helper") || exit
    TSPLAY_PHRASE=$key_phrase SSH_ASKPASS=$key_helper SSH_ASKPASS_REQUIRE=force DISPLAY=none ssh-keygen -q "$@" -f "$key_path" </dev/null || exit
  else
    ssh-keygen -q "$@" -N '' -f "$key_path" </dev/null || exit
  fi
  chown -- "$user_id:$user_group" "$key_path" "$key_path.pub"
}

[ -z "$home_parent" ] || mkdir -p -- "$home_parent" || exit
[ -z "$words" ] || run_words "$words"
if [ -n "$is_hash" ]; then
  need chpasswd
  chpasswd -e || exit
fi
eval "set -- $more_words"
for line; do run_words "$line"; done
[ -z "$make_home" ] || make_home
# shellcheck disable=SC2119
[ -z "$key_words" ] || make_key
exit 0
