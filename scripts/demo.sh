#!/bin/sh
# Boots the lab, makes its four hosts so by playbooks/site.yml, does it again (nothing may change), and takes the lab down.
# KEEP=1 leaves the lab up.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh

tsplay() { node bin/tsplay.cjs "$@"; }
step() { printf '\n\033[1m$ tsplay %s\033[0m\n' "$*"; }
run() {
  step "$@"
  tsplay "$@"
}

down() { [ -n "${KEEP:-}" ] || tsplay lab down; }
trap down EXIT

run lab up
run playbooks/site.yml -i inventory/lab --check
run playbooks/site.yml -i inventory/lab
record=$(mktemp)
step playbooks/site.yml -i inventory/lab
tsplay playbooks/site.yml -i inventory/lab --output console --output "json=$record"
changed=$(grep -c '"status":"changed"' "$record" || true)
rm -f "$record"
if [ "$changed" != 0 ]; then
  printf '\nthe second run changed %s tasks: site.yml is not idempotent\n' "$changed" >&2
  exit 1
fi
printf '\nconverged twice: the second run changed nothing\n'
