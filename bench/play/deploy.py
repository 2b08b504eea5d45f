# The same thirty tasks in pyinfra's words.
from pyinfra.operations import apt, files, server, systemd

server.group(name="Group", group="bench", gid=4242)
server.user(name="User", user="deploy", uid=4242, group="bench", shell="/bin/bash", home="/home/deploy")
apt.packages(name="Packages", packages=["tree", "cron"])
for path, mode in (("", "755"), ("/conf.d", "755"), ("/data", "750"), ("/log", "750")):
    files.directory(name=f"Folder {path}", path=f"/opt/bench{path}", user="deploy", group="bench", mode=mode)
files.link(name="Link to the data", path="/opt/bench/current", target="/opt/bench/data")
files.file(name="No old configuration", path="/etc/bench-old.conf", present=False)
files.file(name="No left-overs", path="/opt/bench/tmp", present=False)
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
for key, value in (("PermitEmptyPasswords", "no"), ("X11Forwarding", "no"), ("MaxAuthTries", "4")):
    files.line(name=key, path="/etc/ssh/sshd_config", line=f"^#?{key}.*", replace=f"{key} {value}")
files.block(name="Known neighbours", path="/etc/hosts", content="192.0.2.10 bench-db\n192.0.2.11 bench-cache", marker="# {mark} bench", try_prevent_shell_expansion=True)
files.file(name="Initialise once", path="/opt/bench/.initialised")
for unit in ("bench", "cron", "ssh"):
    systemd.service(name=f"{unit} runs", service=unit, running=True, enabled=True)
