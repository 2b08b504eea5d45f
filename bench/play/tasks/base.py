from pyinfra.operations import apt, files, server

server.group(name="Group", group="bench", gid=4242)
server.user(name="User", user="deploy", uid=4242, group="bench", shell="/bin/bash", home="/home/deploy")
apt.packages(name="Packages", packages=["tree", "cron"])
for path, mode in (("", "755"), ("/conf.d", "755"), ("/data", "750"), ("/log", "750")):
    files.directory(name=f"Folder {path}", path=f"/opt/bench{path}", user="deploy", group="bench", mode=mode)
files.link(name="Link to the data", path="/opt/bench/current", target="/opt/bench/data")
files.file(name="No old configuration", path="/etc/bench-old.conf", present=False)
files.file(name="No left-overs", path="/opt/bench/tmp", present=False)
