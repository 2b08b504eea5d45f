# shellcheck shell=sh disable=SC2154
# Variables: text (of /etc/locale.gen)
need locale-gen
put_text /etc/locale.gen 0644 "$text"
locale-gen
