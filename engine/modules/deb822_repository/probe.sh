# shellcheck shell=sh disable=SC2154
# Variables: slug, those of fetch_to (url may be empty). Prints: text (of the sources file, and an x), mode, keys (words: asc gpg), armored, key_same
file=/etc/apt/sources.list.d/$slug.sources
if [ -e "$file" ]; then
  fact text "$(cat -- "$file" && printf x)"
  fact mode "$(stat -c %a -- "$file")"
fi
keys=
for ending in asc gpg; do [ ! -e "/etc/apt/keyrings/$slug.$ending" ] || keys="$keys $ending"; done
fact keys "$keys"
if [ -n "$url" ]; then
  make_scratch
  fetch_to "$scratch/key"
  ending=gpg
  if grep -q -e '-----BEGIN PGP PUBLIC KEY BLOCK-----' "$scratch/key"; then ending=asc; fi
  fact ending "$ending"
  if cmp -s "$scratch/key" "/etc/apt/keyrings/$slug.$ending"; then fact key_same 1; else fact key_same 0; fi
fi
exit 0
