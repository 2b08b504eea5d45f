test -d /opt/bench/current
