#!/bin/sh
if [ "$1" = --list ]; then printf '%s\n' '{"web": {"hosts": ["w1", "w2", "w3"]}}'
elif [ "$2" = w2 ]; then :
else printf '{"me": "%s"}\n' "$2"; fi
