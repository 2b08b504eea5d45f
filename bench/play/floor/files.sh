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
