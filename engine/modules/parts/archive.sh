# shellcheck shell=sh disable=SC2154,SC2034
# An archive on the host. Variables: archive (its path, or an url when is_url; empty when it comes on stdin), archive_size (bytes that come),
# is_url, and those of download; tar_options and members (quoted words).

# open_archive: sets $archive to a readable file, $kind to zip or tar, and checks that the tools are there
open_archive() {
  need od tr wc
  case $archive$is_url in
  '' | *1)
    # kept while this script runs: tar and unzip look at it more than once
    make_scratch
    if [ -n "$is_url" ]; then
      archive=$scratch/archive
      download "$archive" || refuse "cannot download the archive $url${download_said:+: $download_said}"
    else
      archive=$scratch/archive
      cat >"$archive" || exit
      archive_got=$(wc -c <"$archive") || exit
      [ "$archive_got" -eq "$archive_size" ] || refuse "only $archive_got of $archive_size bytes of the archive arrived"
    fi
    ;;
  *)
    expand_home "$archive"; archive=$REPLY
    [ -e "$archive" ] || refuse "Source '$archive' does not exist"
    { [ -f "$archive" ] && [ -r "$archive" ]; } || refuse "Source '$archive' not readable"
    ;;
  esac
  [ -s "$archive" ] || refuse "Invalid archive '$archive', the file is 0 bytes"
  case $(od -An -N6 -tx1 <"$archive" | tr -d ' \n') in
  504b0304* | 504b0506*) kind=zip; find_unzip; return ;;
  1f8b*) need gzip ;;
  425a68*) need bzip2 ;;
  fd377a585a00*) need xz ;;
  28b52ffd*) need zstd ;;
  esac
  kind=tar
  find_tar
}

# find_tool WORD OPTION NAME...: sets $REPLY to the first program of these names whose answer to OPTION holds WORD, or to nothing
# NOTE: by its path, since a BusyBox sh would take its own, which can neither compare nor list well enough
find_tool() {
  tool_word=$1
  tool_option=$2
  shift 2
  REPLY=
  IFS=:
  for tool_place in $PATH; do
    for tool_name; do
      if [ -z "$REPLY" ] && [ -x "$tool_place/$tool_name" ]; then
        case $("$tool_place/$tool_name" "$tool_option" 2>/dev/null) in
        *"$tool_word"*) REPLY=$tool_place/$tool_name ;;
        esac
      fi
    done
  done
  unset IFS
}

find_tar() {
  find_tool GNU --version gtar tar
  tar_path=$REPLY
  [ -n "$tar_path" ] || { fact missing_tool tar; refuse 'this host has no GNU tar ("tar"), which is needed to compare with the archive'; }
}

find_unzip() {
  find_tool Info-ZIP -v unzip
  unzip_path=$REPLY
  [ -n "$unzip_path" ] || { fact missing_tool unzip; refuse 'this host has no "unzip" (Info-ZIP)'; }
}

# run_tar MODE...: tar on the archive, with the task's options and members
run_tar() {
  archive_mode=$1
  shift
  eval "set -- \"\$@\" -C \"\$dest\" $tar_options -f \"\$archive\" $members"
  LC_ALL=C "$tar_path" "$archive_mode" --quoting-style=literal "$@"
}

# run_unzip OPTION...: before the archive; members after it
run_unzip() {
  eval "set -- \"\$@\" $unzip_options \"\$archive\" $unzip_members"
  UNZIP='' "$unzip_path" "$@"
}
