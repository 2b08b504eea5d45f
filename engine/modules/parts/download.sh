# shellcheck shell=sh disable=SC2154,SC2034
# Downloads by curl or wget, whichever the host has. Headers, names and passwords never stand in an argv.
# Variables: url, curl_config (for the url), wget_config, is_secret (1 when a header or a password is sent), insecure, timeout

# download FILE: the url's content; `-` is stdout. Sets $status_code where the tool tells it, and $download_said to why it failed.
download() {
  status_code=
  download_said=
  if command -v curl >/dev/null 2>&1; then
    if [ "$1" = - ]; then
      printf '%s\n' "$curl_config" | curl -q -sSfL -K -
    else
      # the status is the last word, behind what curl complains of
      download_said=$(printf '%s\nwrite-out = "%%{http_code}"\n' "$curl_config" | curl -q -sSfL -K - -o "$1" 2>&1)
      download_code=$?
      status_code=${download_said##*[!0-9]}
      download_said=${download_said%"$status_code"}
      download_said=${download_said#curl: }
      download_said=${download_said%
}
      [ "$status_code" != 000 ] || status_code=
      return "$download_code"
    fi
  elif command -v wget >/dev/null 2>&1; then
    if wget --version >/dev/null 2>&1; then
      (
        # what this subshell leaves behind is its own
        facts_held=
        temporary=
        make_scratch
        printf '%s\n' "$wget_config" >"$scratch/wgetrc" || exit
        printf '%s\n' "$url" | wget --config="$scratch/wgetrc" -nv -i - -O "$1"
      )
    else
      [ -z "$is_secret" ] || refuse 'this host has BusyBox'\''s wget only, which would show headers and passwords to every user: install curl'
      wget -q ${insecure:+--no-check-certificate} -T "$timeout" -O "$1" "$url"
    fi
  else
    fact missing_tool curl
    refuse 'this host has neither "curl" nor "wget"'
  fi
}
