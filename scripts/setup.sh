#!/bin/sh
# Installs what the lab and the engine need on Debian, as far as it is missing; quick when nothing is. `setup.sh cluster`: also what the parts of a
# cluster are built with, besides Go.
set -eu
cd "$(dirname "$0")/.."

need=
want() { command -v "$1" >/dev/null 2>&1 || need="$need $2"; }
want mmdebstrap mmdebstrap
want systemd-nspawn systemd-container
want ip iproute2
want iptables iptables
want ssh openssh-client
want shellcheck shellcheck
want gpg gnupg
want patch patch
[ -x /bin/busybox ] || need="$need busybox-static"
if [ "${1:-}" = cluster ]; then
  want gcc "gcc libc6-dev"
  want pkg-config pkg-config
  pkg-config --exists libseccomp 2>/dev/null || need="$need libseccomp-dev"
fi
if [ -n "$need" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'installing%s\n' "$need"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of names
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $need; } >"$log" 2>&1; then
      cat "$log" >&2
      exit 1
    fi
    rm -f "$log"
  else
    printf 'not installed (needed by the lab):%s\n' "$need" >&2
  fi
fi

stamp=node_modules/.tsplay-setup
if [ ! -e "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
  printf 'installing packages\n'
  npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
  cp package-lock.json "$stamp"
fi
if [ ! -e dist/cli.cjs ] || [ -n "$(find engine scripts package.json -newer dist/cli.cjs -type f -print -quit)" ]; then
  node scripts/build.mjs
fi
