# shellcheck shell=sh disable=SC2154,SC2088
# Prints the path of the kubeconfig, a newline, and its content. Exit status 3: there is none; 4: there is one, and it may not be read.
# given: a path, or nothing for the usual places
# shellcheck disable=SC2088 # the tilde is looked for, not used
case ${given?} in
"") set -- /etc/kubernetes/admin.conf "${HOME:-/root}/.kube/config" ;;
"~/"*) set -- "${HOME:-/root}/${given#"~/"}" ;;
*) set -- "$given" ;;
esac
hidden=
for file; do
  [ -e "$file" ] || continue
  if [ -r "$file" ]; then
    printf '%s\n' "$file"
    cat -- "$file"
    exit
  fi
  hidden=$file
done
[ -z "$hidden" ] || { printf '%s\n' "$hidden" >&2; exit 4; }
exit 3
