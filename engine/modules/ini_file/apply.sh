# shellcheck shell=sh
# See parts/whole_apply.sh for the variables and the words.
write_whole
