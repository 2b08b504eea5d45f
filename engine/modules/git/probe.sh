# shellcheck shell=sh disable=SC2154
# Variables: those of ssh.sh, repo, dest, bare, version, remote, ask_remote (1: always; empty: only when there is no clone).
# Prints: is_there, head, is_modified, url, remote_refs (lines SHA NAME), remote_said, is_not_empty
is_there=
if [ -e "$git_dir/HEAD" ] || [ -f "$git_dir" ]; then
  is_there=1
  fact is_there 1
  fact head "$("$git" -C "$dest" rev-parse HEAD 2>/dev/null)"
  fact url "$("$git" -C "$dest" config --get "remote.$remote.url" 2>/dev/null)"
  if [ -z "$bare" ]; then
    said=$("$git" -C "$dest" status --porcelain --untracked-files=no 2>&1) || refuse "$said"
    if [ -n "$said" ]; then fact is_modified 1; fi
  fi
elif [ -d "$dest" ] && [ -n "$(ls -A "$dest" 2>/dev/null)" ]; then
  fact is_not_empty 1
fi
if [ "$ask_remote" = 1 ] || [ -z "$is_there" ]; then
  case $version in
  HEAD) set -- HEAD ;;
  *) set -- "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}" "$version" ;;
  esac
  remote_refs=$("$git" ls-remote "$repo" "$@" 2>&1) || refuse "cannot read $repo: $remote_refs"
  fact remote_refs "$remote_refs"
fi
exit 0
