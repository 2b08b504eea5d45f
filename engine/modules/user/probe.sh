# shellcheck shell=sh disable=SC2154
# Variables: name, local, state, wanted_hash, ask_groups (quoted words), ask_key, key_file, key_type.
# Prints: tools (shadow, libuser or busybox), passwd (uid:gid:comment:home:shell), gid_holder, is_home, shadow
# (min:max:warn:inactive:expire), password (none, same or other), locked, group.NAME (id of a group outside /etc/group), key_path,
# key (fingerprint), key_public, hostname, and /etc/group as bytes
if [ -n "$local" ]; then
  need luseradd lusermod luserdel
  fact tools libuser
elif command -v useradd >/dev/null 2>&1; then
  need usermod userdel
  fact tools shadow
elif command -v adduser >/dev/null 2>&1; then
  fact tools busybox
else
  need useradd
fi

found=
while IFS=: read -r user_name _ user_rest; do
  [ "$user_name" != "$name" ] || { found=$user_rest; break; }
done </etc/passwd
if [ -z "$found" ] && [ -z "$local" ] && line=$(getent passwd "$name" 2>/dev/null); then
  # getent takes a number for an id
  case $line in "$name":*) found=${line#*:*:} ;; esac
fi
if [ -n "$found" ]; then
  fact passwd "$found"
  home=${found%:*}
  home=${home##*:}
  if [ -e "$home" ]; then fact is_home 1; else fact is_home 0; fi
fi

if [ -r /etc/shadow ]; then
  while IFS=: read -r user_name hash _ minimum maximum warning inactive expiry _; do
    [ "$user_name" = "$name" ] || continue
    fact shadow "$minimum:$maximum:$warning:$inactive:$expiry"
    case $hash in "!"*) fact locked 1 ;; *) fact locked 0 ;; esac
    bare=$hash
    while :; do case $bare in "!"*) bare=${bare#!} ;; *) break ;; esac; done
    wanted_bare=$wanted_hash
    while :; do case $wanted_bare in "!"*) wanted_bare=${wanted_bare#!} ;; *) break ;; esac; done
    # the hash itself stays on the host
    if [ "$bare" = "$wanted_bare" ]; then fact password same; elif [ -z "$bare" ]; then fact password none; else fact password other; fi
    break
  done </etc/shadow
fi

eval "set -- $ask_groups"
for wanted; do
  line=$(getent group "$wanted" 2>/dev/null) || continue
  line=${line#*:*:}
  fact "group.$wanted" "${line%%:*}"
done

if [ -n "$ask_key" ]; then
  if [ "$state" = present ]; then need ssh-keygen; fi
  case $key_file in
  /*) key_path=$key_file ;;
  *) key_path=${home:-${ask_home:-/home/$name}}/$key_file ;;
  esac
  fact key_path "$key_path"
  # the user owns the folder: what is linked there is not looked at
  way "$key_path" follow
  way "$key_path.pub" follow
  if [ -f "$key_path" ]; then
    fact key "$(ssh-keygen -l -f "$key_path" 2>/dev/null)"
    if [ -f "$key_path.pub" ] && [ -r "$key_path.pub" ]; then
      IFS= read -r line <"$key_path.pub" || :
      fact key_public "$line"
    fi
  fi
  IFS= read -r line </proc/sys/kernel/hostname && fact hostname "$line"
fi

fact bytes ''
cat /etc/group
