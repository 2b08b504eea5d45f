# shellcheck shell=sh disable=SC2154,SC2034,SC2089,SC2090
# Variables: git (the program), key_file, ssh_options, host_keys (yes, accept-new or no; empty for ssh's own setting).
GIT_TERMINAL_PROMPT=0
GIT_SSH_COMMAND="${GIT_SSH_COMMAND:-ssh} -o BatchMode=yes"
[ -z "$host_keys" ] || GIT_SSH_COMMAND="$GIT_SSH_COMMAND -o StrictHostKeyChecking=$host_keys"
[ -z "$key_file" ] || GIT_SSH_COMMAND="$GIT_SSH_COMMAND -i '$key_file' -o IdentitiesOnly=yes"
[ -z "$ssh_options" ] || GIT_SSH_COMMAND="$GIT_SSH_COMMAND $ssh_options"
LC_ALL=C
export GIT_TERMINAL_PROMPT GIT_SSH_COMMAND LC_ALL
need "$git"
expand_home "$dest"
way "$REPLY" follow
dest=$way
# git_dir: where the repository's own files are
if [ -n "$bare" ]; then git_dir=$dest; else git_dir=$dest/.git; fi
