# shellcheck shell=sh
# See parts/edit_probe.sh for the variables and the words.
# as ansible-core's os.rename does
ask_edit replace
exit 0
