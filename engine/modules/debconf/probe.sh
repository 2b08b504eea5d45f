# shellcheck shell=sh disable=SC2154
# Variables: name, question (empty: all are listed), is_password. Prints: all (debconf-show's lines), is_known (1: the package has the question), value, seen (1: the user was asked)
need debconf-show
if [ -z "$question" ]; then
  fact all "$(debconf-show "$name" 2>/dev/null)"
  exit 0
fi
while IFS= read -r line; do
  case $line in
  [*\ ]" $question:"*) ;;
  *) continue ;;
  esac
  fact is_known 1
  case $line in "*"*) fact seen 1 ;; esac
  [ -n "$is_password" ] || { line=${line#??"$question":}; fact value "${line# }"; }
done <<END
$(debconf-show "$name" 2>/dev/null)
END
# debconf-show does not tell passwords
if [ -n "$is_password" ] && [ -r /var/cache/debconf/passwords.dat ]; then
  is_here=
  while IFS= read -r line; do
    case $line in
    "Name: $question") is_here=1 ;;
    '') is_here= ;;
    "Value: "*) [ -z "$is_here" ] || fact value "${line#Value: }" ;;
    esac
  done </var/cache/debconf/passwords.dat
fi
exit 0
