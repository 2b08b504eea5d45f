# shellcheck shell=sh disable=SC2154
# Variables: sum_tool (of the wanted checksum; empty for none), is_sums (1: the url is that of a checksum file), those of ask_whole and of
# download. Prints what ask_whole prints; digest (of the file, by sum_tool); as bytes the checksum file
need sha1sum
ask_whole
if [ -n "$sum_tool" ]; then
  need "$sum_tool"
  if [ -f "$path" ]; then
    digest=$("$sum_tool" <"$path") || exit
    fact digest "${digest%% *}"
  fi
fi
if [ -n "$is_sums" ]; then
  sums=$(download -) || refuse "cannot download the checksums"
  fact bytes ''
  printf '%s\n' "$sums"
fi
exit 0
