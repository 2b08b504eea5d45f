# shellcheck shell=sh disable=SC2154
# Variables: virtualenv, executable, chdir, requirements (each may be empty), names (requirements of packages, a line each), trial (words of
#   `pip install` whose outcome is to be foretold, quoted, may be empty), break_system, those of use_credentials
# Prints: virtualenv (1 or 0), pip (quoted words), states (a line for each of names: other, or absent, ok or wrong with name and version),
#   trial (what pip would install; empty: nothing), foretold (1: pip can tell)
find_pip
fact virtualenv "${has_env:-0}"
[ -n "$pip" ] || exit 0
fact pip "$pip"
[ -z "$chdir" ] || cd -- "$chdir" || exit
if [ -n "$names" ]; then
  eval "set -- $pip"
  case $2:$1 in
  -m:*) python=$1 ;;
  *) python=$(sed -n '1s/^#! *//p' "$1") ;;
  esac
  # pip's own words decide what satisfies a requirement
  states=$(printf '%s\n' "$names" | $python -c '
import sys
from importlib.metadata import distributions
from pip._vendor.packaging.requirements import Requirement, InvalidRequirement
from pip._vendor.packaging.utils import canonicalize_name
have = {canonicalize_name(d.metadata["Name"]): d.version for d in distributions() if d.metadata["Name"]}
for line in sys.stdin.read().splitlines():
    try:
        wanted = Requirement(line)
    except InvalidRequirement:
        wanted = None
    if wanted is None or wanted.url:
        print("other")
        continue
    version = have.get(canonicalize_name(wanted.name))
    if version is None:
        print("absent", wanted.name, "-")
    else:
        print("ok" if wanted.specifier.contains(version, prereleases=True) else "wrong", wanted.name, version)
' 2>&1) || refuse "cannot ask pip what is installed: $states"
  fact states "$states"
fi
[ -n "$trial" ] || exit 0
use_credentials
eval "set -- $pip"
"$@" install --help 2>/dev/null | grep -q -e --dry-run || exit 0
fact foretold 1
eval "set -- $pip install --dry-run $trial"
[ -z "$break_system" ] || export PIP_BREAK_SYSTEM_PACKAGES=1
said=$(PIP_DISABLE_PIP_VERSION_CHECK=1 "$@" 2>&1) || refuse "$said"
fact trial "$(printf '%s\n' "$said" | sed -n 's/^Would install //p')"
exit 0
