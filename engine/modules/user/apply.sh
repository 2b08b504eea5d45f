# shellcheck shell=sh disable=SC2154,SC2034
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
  make_way "$REPLY"
  seize "$user_home"
  if [ -d "$skeleton" ]; then cp -R -P -- "$skeleton" "./$held_name" || exit; else mkdir -- "./$held_name" || exit; fi
  home_mode
  change_mode "$held_name" "$REPLY" || exit
  chown -R -h -- "$user_id:$user_group" "./$held_name" || exit
}

# the folder is the user's: the key is made elsewhere and put there, through no link
# shellcheck disable=SC2120
make_key() {
  home_entry
  way "$key_path"
  key_path=$way
  for key_file in "$key_path" "$key_path.pub"; do
    { [ ! -e "$key_file" ] && [ ! -L "$key_file" ]; } || refuse "$key_file already exists"
  done
  parent_of "$key_path"
  key_folder=$REPLY
  if [ ! -d "$key_folder" ]; then
    parent_of "$key_folder"
    make_way "$REPLY"
    set_owner=$user_id:$user_group
    set_mode=0700
    make_folder "$key_folder"
  fi
  make_scratch
  eval "set -- $key_words"
  if [ -n "$key_phrase" ]; then
    # never in an argv: ssh-keygen asks a helper that knows it from the environment
    key_helper=$scratch/helper
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nprintf "%%s\\n" "$TSPLAY_PHRASE"\n' >"$key_helper" && chmod 700 "$key_helper" || exit
    TSPLAY_PHRASE=$key_phrase SSH_ASKPASS=$key_helper SSH_ASKPASS_REQUIRE=force DISPLAY=none ssh-keygen -q "$@" -f "$scratch/key" </dev/null || exit
  else
    ssh-keygen -q "$@" -N '' -f "$scratch/key" </dev/null || exit
  fi
  put_text "$key_path" 00600 "$(cat "$scratch/key")
" "$user_id:$user_group"
  put_text "$key_path.pub" 00644 "$(cat "$scratch/key.pub")
" "$user_id:$user_group"
}

[ -z "$home_parent" ] || make_way "$home_parent"
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
