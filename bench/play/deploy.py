# The same thirty tasks in pyinfra's words.
from pyinfra import local

local.include("tasks/base.py")
local.include("tasks/files.py")
local.include("tasks/settings.py")
