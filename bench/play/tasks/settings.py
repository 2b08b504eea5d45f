from pyinfra.operations import files, systemd

for key, value in (("PermitEmptyPasswords", "no"), ("X11Forwarding", "no"), ("MaxAuthTries", "4")):
    files.line(name=key, path="/etc/ssh/sshd_config", line=f"^#?{key}.*", replace=f"{key} {value}")
files.block(name="Known neighbours", path="/etc/hosts", content="192.0.2.10 bench-db\n192.0.2.11 bench-cache", marker="# {mark} bench", try_prevent_shell_expansion=True)
files.file(name="Initialise once", path="/opt/bench/.initialised")
for unit in ("bench", "cron", "ssh"):
    systemd.service(name=f"{unit} runs", service=unit, running=True, enabled=True)
