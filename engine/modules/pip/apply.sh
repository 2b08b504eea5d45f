# shellcheck shell=sh disable=SC2154
# Variables: virtualenv, executable, chdir, make_env (quoted words, may be empty), command (quoted words behind pip, may be empty), break_system, umask, those of use_credentials
[ -z "$umask" ] || umask "$umask"
# python looks for its modules in the working directory too: never one where others may have put some
cd -- "${chdir:-/}" || exit
if [ -n "$make_env" ]; then
  case $virtualenv in /*) way "$virtualenv" follow ;; esac
  eval "set -- $make_env"
  need "$1"
  "$@" || exit
fi
[ -n "$command" ] || exit 0
find_pip
use_credentials
# what is installed may use programs of the virtualenv
[ -z "$virtualenv" ] || PATH=$virtualenv/bin:$PATH
[ -z "$break_system" ] || export PIP_BREAK_SYSTEM_PACKAGES=1
eval "set -- $pip $command"
{ said=$(PIP_DISABLE_PIP_VERSION_CHECK=1 "$@" 2>&1 >&3); } 3>&1
code=$?
[ -z "$said" ] || printf '%s\n' "$said" >&2
# what went wrong comes last: behind it pip has hints
[ "$code" -eq 0 ] || printf '%s\n' "$said" | sed -n '/^[Ee][Rr][Rr][Oo][Rr]:/{p;q;}' >&2
exit "$code"
