# shellcheck shell=sh
# fetch_to URL FILE: downloads with the tool that is there
fetch_to() {
  if command -v curl >/dev/null 2>&1; then fetch_said=$(umask 077; curl -fsSL -o "$2" -- "$1" 2>&1)
  elif command -v wget >/dev/null 2>&1; then fetch_said=$(umask 077; wget -nv -O "$2" -- "$1" 2>&1)
  else need curl
  fi || refuse "cannot fetch $1: $fetch_said"
}
