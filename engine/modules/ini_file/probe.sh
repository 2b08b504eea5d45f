# shellcheck shell=sh
# See parts/edit_probe.sh for the variables and the words.
ask_edit
exit 0
