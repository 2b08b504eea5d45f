# shellcheck shell=sh disable=SC2034
# The way to a path, component by component. A link on it is followed only if the link, and every folder on the way to it that others could
# have put there, belongs to root or to whom the task runs as: the kernel's protected_symlinks, for every component. The owner of a folder may
# be the attacker: what was judged is held as the working directory, and whatever is done to ./NAME then stays in it.
# Prints, where a link is not followed: distrusted (the link, or the folder on the way to it), distrusted_owner

way_start=$PWD

# way PATH [FOLLOW]: sets $way to the path without links; what PATH itself is, if a link, is followed only with FOLLOW. No fork without links.
way() {
  way=
  way_rest=$1
  way_links=0
  case $way_rest in /*) ;; *) way_rest=$way_start/$way_rest ;; esac
  while :; do case $way_rest in ?*/) way_rest=${way_rest%/} ;; *) break ;; esac; done
  while [ -n "$way_rest" ]; do
    way_name=${way_rest%%/*}
    case $way_rest in
    */*) way_rest=${way_rest#*/} ;;
    *) way_rest= ;;
    esac
    case $way_name in
    '' | .) ;;
    ..) way=${way%/*} ;;
    *) if [ -L "$way/$way_name" ] && [ -n "$way_rest${2-}" ]; then follow_link; else way=$way/$way_name; fi ;;
    esac
  done
  way=${way:-/}
}

# follow_link: the link $way_name in the folder $way, when it may be
follow_link() {
  need readlink stat
  way_links=$((way_links + 1))
  [ "$way_links" -le 40 ] || refuse "$way/$way_name: too many levels of symbolic links"
  judge_link "$way/$way_name"
  # an x keeps the newlines that a name may end with
  way_target=$(readlink -- "$way/$way_name" && printf x) || refuse "$way/$way_name: cannot read the link"
  way_target=${way_target%??}
  # a link that others can exchange must still be the one that was judged
  if [ -n "$way_is_open" ]; then
    way_seen=$way_print
    judge_link "$way/$way_name"
    [ "$way_print" = "$way_seen" ] || refuse "$way/$way_name was exchanged while it was looked at"
  fi
  case $way_target in /*) way= ;; esac
  way_rest=$way_target${way_rest:+/$way_rest}
}

# judge_link LINK: ends the script unless it may be followed; sets $way_is_open to 1 where others can exchange it, $way_print to what tells it from
# another one
judge_link() {
  way_link=$1
  way_up=$1
  set -- "$1"
  while [ -n "${way_up%/*}" ]; do
    way_up=${way_up%/*}
    set -- "$@" "$way_up"
  done
  set -- "$@" /
  way_said=$(LC_ALL=C stat -c '%u %a %U %i %z' -- "$@") || exit
  way_is_open=
  way_below=
  way_print=
  # the link, then the folders from the inside out: each is judged when it is known whether others can write the folder that holds it
  while read -r way_owner way_mode way_user way_inode way_changed; do
    # a folder changes with every name that comes and goes in it
    way_print="$way_print $way_owner $way_mode $way_inode"
    if [ -z "$way_below" ]; then
      way_print="$way_print $way_changed"
      is_trusted "$way_owner" || distrust "$1" "$way_user"
    else
      if is_open "$way_owner" "$way_mode"; then
        way_is_open=1
        is_trusted "$way_below" || distrust "$1" "$way_below_user"
      fi
      shift
    fi
    way_below=$way_owner
    way_below_user=$way_user
  done <<END
$way_said
END
}

# is_trusted UID: root, or whom the task runs as
is_trusted() {
  [ "$1" -eq 0 ] && return 0
  [ -n "${way_me-}" ] || way_me=${tsplay_uid:-$(id -u)}
  [ "$1" -eq "$way_me" ]
}

# is_open UID MODE: whether others can exchange what is in a folder of this owner and these permissions
is_open() {
  case $2 in *[2367]? | *[2367]) return 0 ;; esac
  ! is_trusted "$1"
}

# distrust PATH USER: it is not followed
distrust() {
  fact distrusted "$1"
  fact distrusted_owner "$2"
  [ "$1" != "$way_link" ] || refuse "$1 is a link of $2's, and is not followed"
  refuse "$1 is a folder of $2's on the way to the link $way_link, which is not followed"
}

# hold FOLDER: makes it the working directory; $held is its path without links
hold() {
  way "$1" follow
  stand_in "$way"
}

# stand_in PATH: there is no link in PATH, and none may have come since
stand_in() {
  # shellcheck disable=SC2164
  cd -P -- "$1" || exit
  # NOTE: dash and BusyBox ask the kernel where they are; other shells work it out
  case ${BASH_VERSION-}${KSH_VERSION-}${ZSH_VERSION-}${YASH_VERSION-} in
  '') held=$PWD ;;
  *) held=$(readlink /proc/self/cwd) ;;
  esac
  [ "$held" = "$1" ] || refuse "$1 was exchanged while the task ran: it leads to $held now"
}

# seize PATH: holds the folder that it is in; $held_name is what it is called there. A link there is not followed.
seize() {
  way "$1"
  case $way in
  /) held_name=. ;;
  *) held_name=${way##*/} way=${way%/*} ;;
  esac
  stand_in "${way:-/}"
}

# is_shared: whether somebody else than root and the task's user can exchange what is in the held folder
is_shared() {
  way_said=$(stat -c '%u %a' .) || exit
  is_open "${way_said% *}" "${way_said#* }"
}
