# shellcheck shell=sh disable=SC2154
# Variables: creates, removes (files, may be empty). Prints: creates_found, removes_found (1 or 0)
expand_home "$creates"
if [ -n "$creates" ] && [ -e "$REPLY" ]; then fact creates_found 1; else fact creates_found 0; fi
expand_home "$removes"
if [ -n "$removes" ] && [ -e "$REPLY" ]; then fact removes_found 1; else fact removes_found 0; fi
