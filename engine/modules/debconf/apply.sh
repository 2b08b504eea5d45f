# shellcheck shell=sh disable=SC2154
# Variables: unseen (1 or empty); on stdin the line for debconf-set-selections, which may hold a password.
need debconf-set-selections
debconf-set-selections ${unseen:+-u}
