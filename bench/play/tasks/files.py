from pyinfra.operations import files

for src, dest, mode in (
    ("motd", "/etc/motd", "644"),
    ("bench-check", "/usr/local/bin/bench-check", "755"),
    ("90-bench.conf", "/etc/sysctl.d/90-bench.conf", "644"),
    ("99bench", "/etc/apt/apt.conf.d/99bench", "644"),
    ("bench.service", "/etc/systemd/system/bench.service", "644"),
):
    files.put(name=dest, src=f"files/{src}", dest=dest, mode=mode)
files.directory(name="Folder of keys", path="/home/deploy/.ssh", user="deploy", group="bench", mode="700")
files.put(name="Keys", src="files/authorized_keys", dest="/home/deploy/.ssh/authorized_keys", user="deploy", group="bench", mode="600")
files.put(name="Rights", src="files/sudoers", dest="/etc/sudoers.d/bench", mode="440")
values = {"app_port": 8080, "app_workers": 4}
files.template(name="Application settings", src="templates/app.conf.j2", dest="/opt/bench/app.conf", user="deploy", group="bench", mode="640", **values)
files.template(name="Limits", src="templates/limits.conf.j2", dest="/etc/security/limits.d/bench.conf", mode="644", **values)
files.template(name="Log rotation", src="templates/logrotate.j2", dest="/etc/logrotate.d/bench", mode="644", **values)
files.template(name="Shell profile", src="templates/profile.sh.j2", dest="/etc/profile.d/bench.sh", mode="644", **values)
