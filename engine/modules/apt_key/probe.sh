# shellcheck shell=sh disable=SC2154
# Variables: id (may be empty), keyring (may be empty), data, file, those of fetch_to (at most one; the key's own id is asked when id is empty)
# Prints: keys (ids of the keys that apt trusts here: 16 digits, words), key_id (of the given key)
need apt-key gpg
ids() { sed -n 's/^\(pub\|sub\):[^:]*:[^:]*:[^:]*:\([0-9A-F]*\):.*/\2/p'; }
list=
# NOTE: asked for a keyring that is not there, apt-key makes one; its warnings that it is deprecated go to stderr
[ -n "$keyring" ] && [ ! -e "$keyring" ] || list=$(apt-key ${keyring:+--keyring "$keyring"} adv --batch --with-colons --list-public-keys 2>/dev/null) || list=
# expired keys count as missing
fact keys "$(printf '%s\n' "$list" | grep -v '^...:e' | ids | tr '\n' ' ')"
[ -z "$id" ] || exit 0
make_scratch
source=$scratch/key
if [ -n "$file" ]; then source=$file
elif [ -n "$data" ]; then printf '%s\n' "$data" >"$source"
else fetch_to "$source"
fi
said=$(gpg --homedir "$scratch" --batch --with-colons --show-keys "$source" 2>&1) || refuse "Unable to extract key: $said"
fact key_id "$(printf '%s\n' "$said" | ids | sed -n 1p)"
exit 0
