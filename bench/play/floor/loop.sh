# The floor of the loop: 100 folders.
changed=0
[ -d /opt/bench-loop ] || mkdir /opt/bench-loop
i=0
while [ "$i" -lt 100 ]; do
  [ "$(stat -c %a "/opt/bench-loop/$i" 2>/dev/null)" = 755 ] || { mkdir -p "/opt/bench-loop/$i"; chmod 0755 "/opt/bench-loop/$i"; changed=$((changed + 1)); }
  i=$((i + 1))
done
printf 'changed=%s\n' "$changed"
