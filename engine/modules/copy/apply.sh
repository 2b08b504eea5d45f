# shellcheck shell=sh disable=SC2154,SC2034
# Variables: kind, steps (calls of the functions below, for a tree), remote (the source on the host), and those of write_whole.
# A tree's new contents come on stdin one after another, in the order of the steps.

# take BYTES: exactly so many of stdin
take() {
  [ "$1" -lt 65536 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null || exit
  [ $(($1 % 65536)) -eq 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null || exit
}

# attributes PATH OWNER GROUP MODE [link]: empty for what stays
attributes() {
  set_owner=$2
  set_group=$3
  set_mode=$4
  adjust "$1" "${5-}"
}

# folder PATH OWNER GROUP MODE
folder() {
  set_owner=$2
  set_group=$3
  set_mode=$4
  make_folder "$1"
}

# put PATH OWNER GROUP MODE KEEP SIZE: the next SIZE bytes of stdin
put() {
  set_owner=$2
  set_group=$3
  set_mode=
  write_mode=$4
  write_keep=$5
  write_size=$6
  take "$6" | write_file "$1" || exit
}

# put_from SOURCE PATH OWNER GROUP MODE KEEP: a file of the host
put_from() {
  set_owner=$3
  set_group=$4
  set_mode=
  write_mode=$5
  write_keep=$6
  write_from "$1" "$2"
}

# write_from SOURCE PATH: by the way that was judged, and never a fifo that has come since
write_from() {
  way "$1" follow
  set -- "$way" "$2"
  seize "$1"
  with_old write_from_old "$2"
}

write_from_old() { if [ "$kind" = remote ]; then write_whole; else write_file "$1"; fi </proc/self/fd/8; }

# link PATH TARGET OWNER GROUP
link() {
  put_link "$1" "$2"
  attributes "$1" "$3" "$4" '' link
}

case $kind in
tree) eval "$steps" ;;
remote) if [ -n "$is_content" ]; then write_from "$remote" "$path"; else write_whole; fi ;;
*) write_whole ;;
esac
