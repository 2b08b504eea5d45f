# shellcheck shell=sh
# The words of an answer. Every probe and apply begins with this part.

# fact KEY VALUE: one record; NUL-ended, since a value may hold newlines. Records are held, and written together when the script ends or
# raw bytes follow: each write is a packet. A script with an EXIT trap of its own begins it with `release`.
facts_held=
fact() {
  case $2 in
  *\\*) release; printf '%s=%s\0' "$1" "$2" ;;
  *) facts_held="$facts_held$1=$2\\0000" ;;
  esac
  [ "$1" != bytes ] || release
}
release() {
  # a word without a backslash of its own is the same to printf %b, which knows NUL
  [ -z "$facts_held" ] || printf %b "$facts_held"
  facts_held=
}
trap release EXIT

# refuse MESSAGE: the module's own failure, told to the user as it stands
refuse() { printf '%s\n' "$1" >&2; exit 9; }

# need TOOL...: a missing tool is an error with its name, never "absent"
need() {
  for tool; do
    command -v "$tool" >/dev/null 2>&1 || { fact missing_tool "$tool"; refuse "this host has no \"$tool\""; }
  done
}

# expand_home PATH: sets $REPLY to PATH with a leading ~ or ~user replaced
expand_home() {
  # shellcheck disable=SC2088 # the tilde is looked for, not used
  case $1 in
  "~") REPLY=$HOME ;;
  "~/"*) REPLY=$HOME/${1#"~/"} ;;
  "~"*)
    REPLY=${1#"~"}
    REPLY=$(getent passwd "${REPLY%%/*}" 2>/dev/null | cut -d: -f6)
    case $1 in
    */*) REPLY=${REPLY:-${1%%/*}}/${1#*/} ;;
    *) REPLY=${REPLY:-$1} ;;
    esac
    ;;
  *) REPLY=$1 ;;
  esac
}

# parent_of PATH: sets $REPLY to its folder, without a fork
parent_of() {
  REPLY=$1
  while :; do case $REPLY in ?*/) REPLY=${REPLY%/} ;; *) break ;; esac; done
  case $REPLY in
  /) ;;
  */*) REPLY=${REPLY%/*}; REPLY=${REPLY:-/} ;;
  *) REPLY=. ;;
  esac
}
