# shellcheck shell=sh disable=SC2154
# What dpkg and apt say about packages.
# Variables: names, patterns (quoted words), is_removal, ask_policy (auto: only for what is not installed; 1: always; empty: never),
# ask_cache, ask_archives, simulate (quoted words for apt-get -s), options (quoted words for apt), deb (path or URL), those of fetch.sh (for a URL).
# Prints: arch (the native one), cache_time, now, archives, matches.PATTERN, dpkg (lines "NAME ARCH WANT STATUS VERSION"), policy,
# providers.NAME, deb, deb_file, simulated, simulated_code
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
newline='
'
need dpkg-query apt-get
if [ -r /var/lib/dpkg/arch ]; then
  IFS= read -r line </var/lib/dpkg/arch && fact arch "$line"
fi

if [ -n "$ask_cache" ]; then
  cache_time=0
  for stamp in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
    if [ -e "$stamp" ]; then cache_time=$(stat -c %Y "$stamp"); break; fi
  done
  fact cache_time "$cache_time"
  fact now "$(date +%s)"
fi

if [ -n "$ask_archives" ]; then
  archives=0
  for file in /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*; do [ ! -f "$file" ] || archives=$((archives + 1)); done
  fact archives "$archives"
fi

if [ -n "$deb" ]; then
  need dpkg-deb
  deb_file=$deb
  case $deb in
  *://*)
    make_scratch
    deb_file=$scratch/package.deb
    fetch_to "$deb_file"
    ;;
  *) [ -e "$deb" ] || refuse "Unable to open file $deb: No such file or directory" ;;
  esac
  said=$(dpkg-deb -f "$deb_file" Package Version Architecture 2>&1) || refuse "$deb is not a Debian package: $said"
  fact deb "$said"
  names="$(printf '%s\n' "$said" | sed -n 's/^Package: //p')"
fi

eval "set -- $patterns"
for pattern; do
  matches=
  if [ -n "$is_removal" ]; then listing=$(dpkg-query -W -f='${Package}\n' 2>/dev/null); else need apt-cache; listing=$(apt-cache pkgnames); fi
  for name in $listing; do
    # shellcheck disable=SC2254
    case $name in $pattern) matches="$matches $name" ;; esac
  done
  fact "matches.$pattern" "$matches"
  names="$names$matches"
done

eval "set -- $names"
if [ $# -gt 0 ]; then
  # shellcheck disable=SC2016
  lines=$(dpkg-query -W -f='${Package} ${Architecture} ${db:Status-Want} ${db:Status-Status} ${Version}\n' -- "$@" 2>/dev/null)
  fact dpkg "$lines"
  known=
  while read -r name _ _ status _; do known="$known $name:$status"; done <<END
$lines
END
  asked="$ask_policy"
  if [ "$ask_policy" = auto ]; then
    asked=
    for name; do
      case "$known " in *" ${name%%:*}:installed "*) ;; *) asked=1 ;; esac
    done
  fi
  if [ -n "$asked" ]; then
    need apt-cache
    wanted=$*
    eval "set -- $options"
    # shellcheck disable=SC2086
    policy=$(apt-cache "$@" policy -- $wanted 2>/dev/null)
    fact policy "$policy"
    # what has no candidate may be the name of something that others provide
    candidate_of=
    while IFS= read -r line; do
      case $line in
      [!\ ]*:) candidate_of=${line%:} ;;
      "  Candidate: (none)")
        providers=$(apt-cache showpkg -- "$candidate_of" 2>/dev/null | sed -e '1,/^Reverse Provides:/d' -e 's/ .*//' | sort -u)
        # shellcheck disable=SC2016,SC2086
        [ -z "$providers" ] || fact "providers.$candidate_of" "$providers$newline--$newline$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' -- $providers 2>/dev/null)"
        ;;
      esac
    done <<END
$policy
END
  fi
fi

eval "set -- $simulate"
if [ $# -gt 0 ]; then
  simulated=$(apt-get -s "$@" 2>&1 </dev/null)
  fact simulated_code "$?"
  fact simulated "$simulated"
fi
