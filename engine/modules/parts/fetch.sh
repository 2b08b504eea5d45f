# shellcheck shell=sh disable=SC2154
# fetch_to FILE: the content of $url, which nobody else may read. Variables: those of download.sh
fetch_to() {
  fetch_said=$(umask 077; download "$1" 2>&1; fetch_code=$?; printf %s "$download_said"; exit "$fetch_code") || refuse "cannot fetch $url: $fetch_said"
}
