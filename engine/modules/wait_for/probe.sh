# shellcheck shell=sh disable=SC2154,SC2034
# One look, without waiting; what cannot be seen at once is left to apply. Variables: those of check.sh. Prints: met (1 or 0), seen
prepare_check
connect_timeout=1
if [ -z "$port$path" ] && [ "$state" != drained ]; then fact met 0
elif [ -n "$port" ] && [ -n "$pattern" ]; then fact met 0
elif is_met; then fact met 1
else fact met 0
fi
fact seen "${seen-}"
exit 0
