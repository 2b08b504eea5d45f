#!/bin/sh
# Runs in a lab host for as long as it lives: a pod network for clusters that have none. Pods get addresses of their node's podCIDR behind veth pairs; for
# those of other nodes the host asks its network, and the node that has them answers (proxy ARP), so no node has to know the others. No policies.
# NOTE: 10-calico.conflist sorts before it, and wins when it is there.
set -u
# kubectl keeps what it has discovered at home
export HOME=/run/lab
kubeconfig=/etc/kubernetes/kubelet.conf
conflist=/etc/cni/net.d/20-lab.conflist

ask() { kubectl --kubeconfig "$kubeconfig" --request-timeout 5s "$@" 2>/dev/null; }

configure() {
  node=$(ask auth whoami -o 'jsonpath={.status.userInfo.username}') && [ -n "$node" ] || return 1
  cidr=$(ask get node "${node#system:node:}" -o 'jsonpath={.spec.podCIDR}') && [ -n "$cidr" ] || return 1
  all=$(ask -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' | sed -n 's/^ *podSubnet: *//p') && [ -n "$all" ] || return 1
  printf '1\n' > /proc/sys/net/ipv4/conf/host0/proxy_arp
  # a node that does not answer for its pods yet is asked again at once
  printf '0\n' > /proc/sys/net/ipv4/neigh/host0/proxy_delay
  ip route replace "$all" dev host0 || return 1
  nft -f - << RULES || return 1
table ip lab_pods
delete table ip lab_pods
table ip lab_pods {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr $all ip daddr != $all oifname "host0" masquerade
  }
}
RULES
  mkdir -p /etc/cni/net.d
  cat > "$conflist.new" << CONFIG
{
  "cniVersion": "1.0.0",
  "name": "lab",
  "plugins": [
    { "type": "ptp", "ipam": { "type": "host-local", "ranges": [[{ "subnet": "$cidr" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
CONFIG
  mv "$conflist.new" "$conflist"
}

while :; do
  if [ ! -f "$kubeconfig" ]; then rm -f "$conflist"
  elif [ -z "$(find "$conflist" -newer "$kubeconfig" 2>/dev/null)" ]; then configure
  fi
  sleep 1
done
