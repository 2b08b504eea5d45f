#!/bin/sh
case "$1" in
--list) printf '%s\n' '{"web": {"hosts": ["w1", "w2"], "vars": {"v": 1, "t": "{{ v }}"}, "children": ["sub"]}, "sub": ["s1"], "single": {"only": "var"}, "_meta": {"hostvars": {"w1": {"x": "y", "n": [1, {"a": null}]}, "ghost": {"a": 1}}}}';;
*) exit 3;;
esac
