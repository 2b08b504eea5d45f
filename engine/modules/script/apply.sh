# shellcheck shell=sh disable=SC2154
# Runs a script that comes on stdin, from a private folder that is gone afterwards.
# Variables: run_chdir, run_name (the file's name), run_executable (shell text, may be empty), run_rest (shell text: the arguments).
# Prints: what the script prints; folder_problem
enter_folder
need cat chmod rm
make_scratch
run_file=$scratch/$run_name
cat >"$run_file" || exit
chmod 700 -- "$run_file" || exit
# the arguments are shell text, as with Ansible
(eval "exec $run_executable \"\$run_file\" $run_rest" </dev/null)
