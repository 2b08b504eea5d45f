# shellcheck shell=sh disable=SC2154
# Variables: name, state, persistent. Prints: loaded, builtin, load_files, option_files (lines PATH:LINE)
loaded=0
# the kernel writes _ for -
id=$(printf '%s' "$name" | tr - _)
while read -r module _; do
  [ "$module" != "$id" ] || loaded=1
done </proc/modules
fact loaded "$loaded"
builtin=0
if [ "$loaded" = 0 ]; then
  list=/lib/modules/$(uname -r)/modules.builtin
  if [ -r "$list" ] && grep -Eq "/($name|$id|$(printf '%s' "$name" | tr _ -))\.ko" "$list"; then builtin=1
  elif [ -d "/sys/module/$id" ]; then builtin=1
  else
    # a kernel without a list of what is built into it: its tables of file systems and devices, and the traces of a few modules
    while read -r first second _; do
      case " $first $second " in *" $name "*) builtin=1 ;; esac
    done <<END
$(cat /proc/filesystems /proc/misc 2>/dev/null)
END
    case $id in
    br_netfilter) trace=/proc/sys/net/bridge ;;
    nf_conntrack) trace=/proc/sys/net/netfilter/nf_conntrack_max ;;
    ip_tables) trace=/proc/net/ip_tables_names ;;
    ip6_tables) trace=/proc/net/ip6_tables_names ;;
    ip_vs) trace=/proc/net/ip_vs ;;
    bonding) trace=/sys/class/net/bonding_masters ;;
    *) trace= ;;
    esac
    if [ -n "$trace" ] && [ -e "$trace" ]; then builtin=1; fi
  fi
fi
fact builtin "$builtin"
if [ "$persistent" != disabled ]; then
  fact load_files "$(grep -Hs '' /etc/modules-load.d/*.conf)"
  fact option_files "$(grep -Hs '' /etc/modprobe.d/*.conf)"
fi
# the tool is needed only where something is to be loaded or unloaded
case $state$loaded$builtin in
present00 | absent10) need modprobe ;;
esac
exit 0
