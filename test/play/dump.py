"""Prints what ansible-core makes of a playbook, as JSON: python dump.py PLAYBOOK. See compare.ts."""
import json
import os
import sys

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.playbook.block import Block
from ansible.plugins.loader import init_plugin_loader
from ansible.vars.manager import VariableManager

KEYWORDS = """become become_user ignore_errors no_log run_once check_mode diff connection remote_user port throttle timeout
any_errors_fatal debugger delegate_to register retries delay loop loop_with until failed_when changed_when""".split()


def plain(value):
    return json.loads(json.dumps(value, default=str))


def describe(task, section):
    found = {"section": section, "name": task.name or None, "action": task.action, "role": task._role.get_name() if task._role else None}
    found["args"] = plain(task.args)
    found["when"] = plain(task.when)
    found["tags"] = sorted(set(map(str, task.tags)))
    found["environment"] = plain(task.environment)
    found["notify"] = plain(task.notify or [])
    found["vars"] = plain(task.get_vars())
    for name in KEYWORDS:
        found[name] = plain(getattr(task, name))
    if hasattr(task, "listen"):
        found["listen"] = plain(task.listen)
    return found


def walk(blocks, section, out):
    for node in blocks:
        if isinstance(node, Block):
            walk(node.block, "block" if not node._implicit else section, out)
            walk(node.rescue, "rescue", out)
            walk(node.always, "always", out)
        elif node.args.get("_raw_params") != "role_complete":
            out.append(describe(node, section))


def main(path):
    init_plugin_loader()
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=["localhost,"])
    manager = VariableManager(loader=loader, inventory=inventory)
    plays = []
    for play in Playbook.load(path, variable_manager=manager, loader=loader).get_plays():
        tasks, handlers = [], []
        walk(play.compile(), "tasks", tasks)
        walk(play.compile_roles_handlers() + play.handlers, "handlers", handlers)
        plays.append({"name": play.get_name(), "tags": sorted(play.tags), "vars": plain(play.vars), "tasks": tasks, "handlers": handlers})
    here = os.path.dirname(os.path.abspath(path)) + "/"
    sys.stdout.write(json.dumps(plays, indent=1, sort_keys=True).replace(here, ""))


main(sys.argv[1])
