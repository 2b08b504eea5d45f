# shellcheck shell=sh disable=SC2154,SC2317
# Variables: those of ssh.sh, repo, dest, bare, version, remote, action (clone or update), kind (branch, tag, commit or head), target (sha),
# depth, single_branch, refspec, reference, separate, force, recursive, track, new_umask, verify, stored_line (of .git/config, for an address with a password; may be empty).
[ -z "$new_umask" ] || umask "$new_umask"

# store_url: what the remote keeps is the address as given, with its password. It is written by this sh: git would be told it in its argv
store_url() {
  config=$("$git" -C "$dest" rev-parse --git-dir 2>/dev/null) || return 0
  case $config in /*) config=$config/config ;; *) config=$dest/$config/config ;; esac
  section=
  text=$(while IFS= read -r line || [ -n "$line" ]; do
    case $line in \[*) section=$line ;; esac
    case $section$line in "[remote \"$remote\"]	url = $repo") line=$stored_line ;; esac
    printf '%s\n' "$line"
  done <"$config") || return 0
  put_text "$config" 00644 "$text
"
}
# a subshell: what goes wrong in it is not what the task says
[ -z "$stored_line" ] || trap '(store_url); tidy' EXIT
set --
[ -z "$depth" ] || set -- "$@" --depth "$depth"

fetch_target() {
  case $kind in
  # a commit alone can be fetched from most servers, else all of it comes
  commit) "$git" -C "$dest" fetch -q "$@" "$remote" "$target" 2>/dev/null || "$git" -C "$dest" fetch -q --tags --force "$remote" || exit ;;
  tag) "$git" -C "$dest" fetch -q --force "$@" "$remote" "+refs/tags/$version:refs/tags/$version" || exit ;;
  *) "$git" -C "$dest" fetch -q --force --tags "$@" "$remote" || exit ;;
  esac
  [ -z "$refspec" ] || "$git" -C "$dest" fetch -q "$remote" "$refspec" || exit
}

if [ "$action" = clone ]; then
  parent_of "$dest"
  make_way "$REPLY"
  # names that the task gives are from where it began
  cd -- "$way_start" || exit
  [ -z "$bare" ] || set -- "$@" --bare
  [ -z "$reference" ] || set -- "$@" --reference "$reference"
  [ -z "$separate" ] || set -- "$@" "--separate-git-dir=$separate"
  [ -z "$single_branch" ] || set -- "$@" --single-branch
  [ "$remote" = origin ] || set -- "$@" --origin "$remote"
  case $kind in branch | tag) set -- "$@" --branch "$version" ;; esac
  "$git" clone -q "$@" -- "$repo" "$dest" || exit
  set --
  [ -z "$depth" ] || set -- "$@" --depth "$depth"
  [ "$kind" != commit ] || fetch_target "$@"
  [ -z "$refspec" ] || "$git" -C "$dest" fetch -q "$remote" "$refspec" || exit
else
  "$git" -C "$dest" remote set-url "$remote" "$repo" 2>/dev/null || "$git" -C "$dest" remote add "$remote" "$repo" || exit
  [ -z "$force" ] || [ -n "$bare" ] || "$git" -C "$dest" reset -q --hard || exit
  if [ -n "$bare" ]; then
    "$git" -C "$dest" fetch -q --force --prune "$remote" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' || exit
  elif [ -n "$target" ]; then
    fetch_target "$@"
  fi
fi
if [ -z "$bare" ] && [ -n "$target" ]; then
  case $kind in
  branch)
    "$git" -C "$dest" checkout -q --force -B "$version" "$target" || exit
    # a shallow clone of another branch has no branch of the remote to follow
    "$git" -C "$dest" branch -q --set-upstream-to="$remote/$version" "$version" >/dev/null 2>&1
    ;;
  head)
    branch=$("$git" -C "$dest" symbolic-ref -q --short HEAD) || branch=
    if [ -n "$branch" ]; then "$git" -C "$dest" reset -q --hard "$target" || exit; else "$git" -C "$dest" checkout -q --force "$target" || exit; fi
    ;;
  *) "$git" -C "$dest" checkout -q --force "$target" || exit ;;
  esac
  if [ -n "$recursive" ] && [ -e "$dest/.gitmodules" ]; then
    "$git" -C "$dest" submodule -q sync --recursive || exit
    "$git" -C "$dest" submodule -q update --init --recursive ${track:+--remote} || exit
  fi
fi
if [ -n "$verify" ]; then
  case $kind in tag) "$git" -C "$dest" verify-tag "$version" ;; *) "$git" -C "$dest" verify-commit HEAD ;; esac || refuse "Failed to verify GPG signature of $version"
fi
exit 0
