import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { play, project } from "./support.ts";

// The tests run in another folder than that of the playbook.

test("what stands in group_vars beside the playbook is known before the run, wherever that is started", async () => {
  const folder = project({
    "site.yml": "- hosts: all\n  gather_facts: false\n  tasks:\n    - name: Say\n      debug: { msg: '{{ beside }} {{ host_beside }}' }\n",
    "group_vars/all.yml": "beside: 1\n",
    "host_vars/a.yml": "host_beside: 2\n",
  });
  const { lines } = await play("a,", { folder });
  assert.deepEqual(lines, ["a Say ok"]);
});

test("a role's arguments are judged by the values that count for the playbook", async () => {
  const folder = project({
    "site.yml": "- hosts: all\n  gather_facts: false\n  roles: [web]\n",
    "inventory/hosts.ini": "a\n[all:vars]\nport=none\n",
    "group_vars/all.yml": "port: 80\n",
    "roles/web/meta/argument_specs.yml": "argument_specs:\n  main:\n    options:\n      port: { type: int }\n",
    "roles/web/tasks/main.yml": "- name: Say\n  debug: { msg: '{{ port }}' }\n",
  });
  const { exitCode } = await play(path.join(folder, "inventory/hosts.ini"), { folder });
  assert.equal(exitCode, 0);
});
