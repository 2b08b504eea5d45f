# The same 32 tasks in pyinfra's words.
from pyinfra import local
from pyinfra.operations import server

local.include("tasks/base.py")
server.shell(name="Data are there", commands=["test -d /opt/bench/current"])
local.include("tasks/files.py")
server.shell(name="Mark the deployment", commands=["touch /opt/bench/.deployed"])
local.include("tasks/settings.py")
