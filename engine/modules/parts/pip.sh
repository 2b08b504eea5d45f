# shellcheck shell=sh disable=SC2034,SC2154
# find_pip: sets $pip to the words of the pip for $virtualenv or $executable, or the host's; empty when the virtualenv is still to be made.
# $has_env is 1 when the virtualenv is there
find_pip() {
  pip='' has_env=
  if [ -n "$virtualenv" ]; then
    case $virtualenv in /*) ;; *) virtualenv=$chdir/$virtualenv ;; esac
    way "$virtualenv" follow
    [ -e "$virtualenv/bin/activate" ] || return 0
    has_env=1
    for pip_name in pip3 pip; do
      [ -x "$virtualenv/bin/$pip_name" ] && { pip="'$virtualenv/bin/$pip_name'"; return 0; }
    done
    refuse "Unable to find pip in the virtualenv, $virtualenv, under any of these names: pip3, pip. Make sure pip is present in the virtualenv."
  elif [ -n "$executable" ]; then
    pip_name=$(command -v "$executable") || refuse "Unable to find any of $executable to use.  pip needs to be installed."
    pip="'$pip_name'"
  elif python3 -c 'import pip' 2>/dev/null; then pip="'python3' '-m' 'pip'"
  elif command -v pip3 >/dev/null 2>&1; then pip="'$(command -v pip3)'"
  else refuse "Unable to find any of pip3 to use.  pip needs to be installed."
  fi
}

# use_credentials: passwords of addresses, where pip and its children find them: in an argv everybody would. Variable: netrc (lines; may be empty)
use_credentials() {
  [ -n "$netrc" ] || return 0
  # what the user has in a file of their own still counts
  pip_other=$(cat -- "${NETRC:-$HOME/.netrc}" 2>/dev/null)
  make_scratch
  printf '%s\n' "$netrc" "$pip_other" >"$scratch/netrc" || exit
  NETRC=$scratch/netrc
  export NETRC
}
