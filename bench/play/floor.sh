# The floor: what somebody who knows the hosts would write by hand. The same thirty tasks, each probed before it is applied.
set -eu
changed=0
did() { changed=$((changed + 1)); }

put() { # FILE MODE OWNER:GROUP, content on stdin
  new=$(cat; printf x)
  old=$(cat "$1" 2>/dev/null || :; printf x)
  if [ "$new" != "$old" ] || [ ! -e "$1" ]; then
    printf %s "${new%x}" >"$1.new" && chmod "$2" "$1.new" && chown "$3" "$1.new" && mv "$1.new" "$1"
    did
  fi
  owned "$1" "$2" "$3"
}
owned() {
  [ "$(stat -c '%a %U:%G' "$1")" = "${2#0} $3" ] || { chmod "$2" "$1"; chown "$3" "$1"; did; }
}
folder() {
  [ -d "$1" ] || { mkdir "$1"; did; }
  owned "$@"
}
gone() { [ ! -e "$1" ] || { rm -rf "$1"; did; }; }
line() { # KEY LINE
  grep -qxF "$2" /etc/ssh/sshd_config || {
    if grep -qE "^#?$1" /etc/ssh/sshd_config; then sed -i "s/^#\{0,1\}$1.*/$2/" /etc/ssh/sshd_config; else printf '%s\n' "$2" >>/etc/ssh/sshd_config; fi
    did
  }
}
runs() {
  [ "$(systemctl is-active "$1")" = active ] || { systemctl start "$1"; did; }
  [ "$(systemctl is-enabled "$1" 2>/dev/null)" = enabled ] || { systemctl -q enable "$1" 2>/dev/null; did; }
}

getent group bench >/dev/null || { groupadd -g 4242 bench; did; }
[ "$(getent passwd deploy | cut -d: -f3,4,6,7)" = 4242:4242:/home/deploy:/bin/bash ] || { useradd -m -u 4242 -g bench -s /bin/bash deploy; did; }
[ "$(dpkg-query -W -f '${db:Status-Status} ' tree cron 2>/dev/null)" = "installed installed " ] || { DEBIAN_FRONTEND=noninteractive apt-get -qq -y install tree cron >/dev/null 2>&1; did; }
folder /opt/bench 0755 deploy:bench
folder /opt/bench/conf.d 0755 deploy:bench
folder /opt/bench/data 0750 deploy:bench
folder /opt/bench/log 0750 deploy:bench
[ "$(readlink /opt/bench/current)" = /opt/bench/data ] || { ln -sfn /opt/bench/data /opt/bench/current; did; }
gone /etc/bench-old.conf
gone /opt/bench/tmp
put /etc/motd 0644 root:root <<'EOF'
This machine is a bench.
EOF
put /usr/local/bin/bench-check 0755 root:root <<'EOF'
#!/bin/sh
test -d /opt/bench/current
EOF
put /etc/sysctl.d/90-bench.conf 0644 root:root <<'EOF'
net.ipv4.tcp_keepalive_time = 600
fs.inotify.max_user_watches = 524288
EOF
put /etc/apt/apt.conf.d/99bench 0644 root:root <<'EOF'
Acquire::Retries "3";
EOF
put /etc/systemd/system/bench.service 0644 root:root <<'EOF'
[Unit]
Description=Bench

[Service]
ExecStart=/bin/sleep infinity
User=deploy

[Install]
WantedBy=multi-user.target
EOF
folder /home/deploy/.ssh 0700 deploy:bench
put /home/deploy/.ssh/authorized_keys 0600 deploy:bench <<'EOF'
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDpA9iKGe5nJrTz7Wk3kX0q2pQ9zUeN2t8wVw5a1bench nobody@example.com
EOF
put /etc/sudoers.d/bench 0440 root:root <<'EOF'
deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart bench
EOF
put /opt/bench/app.conf 0640 deploy:bench <<'EOF'
[server]
port = 8080
workers = 4
worker.0 = 8081
worker.1 = 8082
worker.2 = 8083
worker.3 = 8084
EOF
put /etc/security/limits.d/bench.conf 0644 root:root <<'EOF'
deploy soft nofile 4096
deploy hard nofile 8192
EOF
put /etc/logrotate.d/bench 0644 root:root <<'EOF'
/opt/bench/log/*.log {
    weekly
    rotate 4
    missingok
}
EOF
put /etc/profile.d/bench.sh 0644 root:root <<'EOF'
export BENCH_PORT=8080
EOF
line PermitEmptyPasswords 'PermitEmptyPasswords no'
line X11Forwarding 'X11Forwarding no'
line MaxAuthTries 'MaxAuthTries 4'
grep -qxF '# BEGIN bench' /etc/hosts || { printf '%s\n' '# BEGIN bench' '192.0.2.10 bench-db' '192.0.2.11 bench-cache' '# END bench' >>/etc/hosts; did; }
[ -e /opt/bench/.initialised ] || { touch /opt/bench/.initialised; did; }
runs bench
runs cron
runs ssh
printf 'changed=%s\n' "$changed"
