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
