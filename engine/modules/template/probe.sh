# shellcheck shell=sh
# See parts/whole_probe.sh for the variables and the words.
ask_whole
exit 0
