# shellcheck shell=sh disable=SC2154
# Variables: names (words). Prints: installed (lines), text (of /etc/locale.gen, and an x), supported (lines: NAME ENCODING, of the names only)
need locale locale-gen
[ -e /etc/locale.gen ] || refuse '/etc/locale.gen is missing. Is the package "locales" installed?'
fact installed "$(locale -a 2>/dev/null)"
fact text "$(cat /etc/locale.gen && printf x)"
supported=
for name in $names; do
  while read -r known encoding; do
    [ "$known" != "$name" ] || supported="$supported$known $encoding
"
  done </usr/share/i18n/SUPPORTED
done
fact supported "$supported"
exit 0
