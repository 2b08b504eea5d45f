import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useLab } from "../support/lab.ts";
import { play, project } from "./support.ts";

const shared = useLab(["r1", "r2"]);
const inventory = async (): Promise<string> => (await shared.lab()).inventory;

describe("the flow of a play", { skip: shared.skip }, () => {
  test("what is wrong with a task on one host is that host's failed task", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: all
  gather_facts: false
  vars: {word: "{{ 'maybe' if inventory_hostname == 'r1' else 'no' }}", folder: "{{ '/' if inventory_hostname == 'r1' else '/etc/hostname' }}"}
  tasks:
    - {name: keyword, command: "true", run_once: "{{ word }}"}
    - {name: control, debug: {msg: x}, loop: [1, 2], loop_control: {pause: "{{ 'x' if inventory_hostname == 'r2' else 0 }}"}, ignore_errors: true}
    - {name: lookup, debug: {msg: "{{ lookup('file', folder) | length > 0 }}"}}
- hosts: r2
  gather_facts: false
  vars_files: ["{{ inventory_hostname }}.nowhere"]
  tasks:
    - {name: files, debug: {msg: x}, ignore_errors: true}
    - {name: after, debug: {msg: x}, ignore_errors: true}
`,
    );
    assert.deepEqual(
      ran.lines.filter((line) => !line.includes("control")),
      ["r1 keyword failed", "r2 keyword changed", "r2 lookup ok", "r2 files failed", "r2 after failed"],
    );
    assert.equal(ran.results.find((outcome) => outcome.task.name === "control")?.status, "failed");
    assert.match(String(ran.results.find((outcome) => outcome.task.name === "files")?.result["msg"]), /r2\.nowhere/);
    assert.equal(ran.exitCode, 2);
  });

  test("vars_files do not know what tasks register, facts set for another host are that host's", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  tasks:
    - {command: echo nowhere.yml, register: said}
    - {set_fact: {z: 1}, delegate_to: r2, delegate_facts: true}
    - {name: far, debug: {msg: "{{ hostvars.r2.z }} {{ z is defined }}"}}
- hosts: r1
  gather_facts: false
  vars_files: ["{{ said.stdout }}"]
  tasks:
    - {name: goes on, debug: {msg: x}}
`,
    );
    assert.equal(ran.results.find((outcome) => outcome.task.name === "far")?.result["msg"], "1 False");
    assert.equal(ran.lines.at(-1), "r1 goes on ok");
  });

  test("an expression behind a template is evaluated where a person wrote it, on whatever way", async () => {
    const folder = project({
      "checked.yml": '- {name: "handed on", debug: {msg: x}, when: "{{ given }}"}\n',
      "site.yml": `
- hosts: r1
  gather_facts: false
  vars: {check: "2 > 1", checks: ["1 == 1", "check is defined"], named: {first: "check is defined"}}
  tasks:
    - {name: variable, debug: {msg: x}, when: "{{ check }}"}
    - {name: entry, debug: {msg: x}, when: "{{ named.first }}"}
    - {name: list, assert: {that: "{{ checks }}"}}
    - {set_fact: {kept: "2 == 2"}}
    - {name: fact, debug: {msg: x}, when: "{{ kept }}"}
    - {name: loop, debug: {var: "{{ item }}"}, loop: [check, named.first]}
    - {name: items, debug: {var: "{{ item }}"}, with_items: [check, named.first]}
    - {include_tasks: checked.yml, vars: {given: "3 == 3"}}
    - {include_tasks: checked.yml, loop: ["4 == 4"], loop_control: {loop_var: given}}
    - {command: echo 1 == 1, register: said}
    - {include_tasks: checked.yml, vars: {given: "{{ said.stdout }}"}, ignore_errors: true}
`,
    });
    const ran = await play(await inventory(), { folder });
    assert.deepEqual(
      ran.lines.filter((line) => !/set_fact|command/.test(line)),
      ["variable", "entry", "list", "fact", "loop", "items", "handed on", "handed on"].map((name) => `r1 ${name} ok`).concat("r1 handed on failed"),
    );
    assert.equal(ran.results.at(-1)?.failure?.code, "not-an-expression");
  });

  test("a block's failure is rescued, and always runs", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  tasks:
    - block:
        - {name: first, command: "true"}
        - {name: fails, command: "false"}
        - {name: never, debug: {msg: x}}
      rescue:
        - {name: rescued, debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.rc }}"}}
      always:
        - {name: always, debug: {msg: x}}
    - {name: after, debug: {msg: x}}
`,
    );
    assert.deepEqual(ran.lines, ["r1 first changed", "r1 fails failed", "r1 rescued ok", "r1 always ok", "r1 after ok"]);
    assert.equal(ran.results[2]!.result["msg"], "fails 1");
    assert.deepEqual(ran.stats["r1"], { ok: 4, changed: 1, unreachable: 0, failed: 0, skipped: 0, rescued: 1, ignored: 0 });
    assert.equal(ran.exitCode, 0);
  });

  test("a failure ends one host's play, not the other's", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: all
  gather_facts: false
  tasks:
    - {name: fails on r1, fail: {msg: no}, when: inventory_hostname == 'r1'}
    - {name: goes on, debug: {msg: x}}
- hosts: all
  gather_facts: false
  tasks:
    - {name: next play, debug: {msg: x}}
`,
    );
    assert.deepEqual([...ran.lines].sort(), ["r1 fails on r1 failed", "r2 fails on r1 skipped", "r2 goes on ok", "r2 next play ok"]);
    assert.equal(ran.exitCode, 2);
  });

  test("handlers run once, in the order in which they are defined, listeners too", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: a, command: "true", notify: [second, topic]}
    - {name: b, command: "true", notify: second}
    - {name: c, command: "true", changed_when: false, notify: never}
    - meta: flush_handlers
    - {name: d, command: "true", notify: first}
  handlers:
    - {name: first, debug: {msg: x}}
    - {name: second, debug: {msg: x}}
    - {name: third, debug: {msg: x}, listen: topic}
    - {name: never, debug: {msg: x}}
`,
    );
    assert.deepEqual(
      ran.lines.map((line) => line.replace("r1 ", "")),
      ["a changed", "b changed", "c ok", "second ok", "third ok", "d changed", "first ok"],
    );
  });

  test("roles' handlers run before the play's; of one name the play's, then the last role's, then the first of a list is meant", async () => {
    const folder = project({
      "roles/a/handlers/main.yml": `
- {name: of a, debug: {msg: a}}
- {name: shared, debug: {msg: a}}
- {name: twice, debug: {msg: first}}
- {name: twice, debug: {msg: second}}
`,
      "roles/b/handlers/main.yml": `
- {name: shared, debug: {msg: b}}
- {name: listener, debug: {msg: b}, listen: topic}
`,
      "site.yml": `
- hosts: r1
  gather_facts: false
  roles: [a, b]
  tasks:
    - {name: change, command: "true", notify: [own, of a, shared, twice, topic]}
  handlers:
    - {name: own, debug: {msg: play}}
    - {name: listener, debug: {msg: play}, listen: topic}
    - {name: literal, debug: {msg: topics are no templates}, listen: "{{ 'topic' }}"}
- hosts: r1
  gather_facts: false
  roles: [a, b]
  tasks:
    - {name: change, command: "true", notify: [shared, "b : topic"]}
  handlers:
    - {name: shared, debug: {msg: play}}
`,
    });
    const ran = await play(await inventory(), { folder });
    assert.deepEqual(
      ran.results.filter((result) => result.task.isHandler).map(({ task, result }) => `${task.name}: ${String(result["msg"])}`),
      ["a : of a: a", "a : twice: first", "b : shared: b", "own: play", "listener: play", "b : listener: b", "shared: play"],
    );
  });

  test("a role that is included again and again has its handler once", async () => {
    const folder = project({
      "roles/a/handlers/main.yml": `- {name: reload, debug: {msg: x}}\n`,
      "roles/a/tasks/main.yml": `- {name: change, command: "true", notify: reload}\n`,
      "site.yml": `
- hosts: r1
  gather_facts: false
  tasks:
    - include_role: {name: a}
    - include_role: {name: a}
`,
    });
    const ran = await play(await inventory(), { folder });
    assert.deepEqual(ran.lines, ["r1 a : change changed", "r1 a : change changed", "r1 a : reload ok"]);
  });

  test("a flush runs each handler once: one that an earlier place notifies waits for the next flush", async () => {
    const folder = project({
      "site.yml": `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: change, command: "true", notify: [first, itself]}
  handlers:
    - {name: first, debug: {msg: x}, changed_when: true, notify: second}
    - {name: second, debug: {msg: x}, changed_when: true, notify: first}
    - {name: itself, debug: {msg: x}, changed_when: true, notify: itself}
`,
    });
    const round = ["r1 first changed", "r1 second changed", "r1 itself changed"];
    const pendingHandlersFile = `${folder}/pending.json`;
    const ran = await play(await inventory(), { folder }, { pendingHandlersFile });
    assert.deepEqual(ran.lines, ["r1 change changed", ...round, ...round]);
    // What is left over is no handler that a failure kept from running
    const again = await play(await inventory(), { folder }, { pendingHandlersFile });
    assert.deepEqual(again.lines, ran.lines);
  });

  test("the module's name may be a template", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  vars: {which: debug, other: nothing_of_the_kind}
  tasks:
    - {name: text, action: "{{ which }} msg=a"}
    - {name: arguments, action: "ansible.builtin.{{ which }}", args: {msg: b}}
    - {name: mapping, action: {module: "{{ which }}", msg: c}}
    - {name: unknown, action: "{{ other }}", ignore_errors: true}
`,
    );
    assert.deepEqual(
      ran.results.map(({ result }) => result["msg"]),
      ["a", "b", "c", 'unknown module "nothing_of_the_kind"'],
    );
  });

  test("how a host is reached is known by variables, where the inventory does not say", async () => {
    const folder = project({
      hosts: "plain\nlocal ansible_connection=local ansible_host=elsewhere ansible_user=me\n",
      "site.yml": `
- hosts: all
  gather_facts: false
  remote_user: of-the-play
  tasks:
    - debug: {msg: "{{ ansible_host }} {{ ansible_connection }} {{ ansible_user }} {{ hostvars[inventory_hostname].ansible_host is defined }}"}
    - {debug: {msg: "{{ ansible_connection }} {{ ansible_run_tags }}"}, connection: local}
- hosts: plain
  gather_facts: false
  remote_user: "{{ ansible_user | default('nobody') }}"
  connection: local
  tasks:
    - {command: "echo {{ ansible_host }}", register: out}
    - {command: "echo {{ ansible_host }}", delegate_to: localhost, register: delegated}
    - debug: {msg: "{{ out.stdout }} {{ delegated.stdout }} {{ ansible_user is defined }}"}
`,
    });
    const ran = await play(`${folder}/hosts`, { folder });
    assert.deepEqual(
      ran.results
        .filter(({ task }) => task.action === "debug")
        .map(({ host, result }) => `${host}: ${String(result["msg"])}`)
        .sort(),
      [
        "plain: plain ssh of-the-play False",
        "local: elsewhere local me True",
        "local: local ['all']",
        "plain: local ['all']",
        "plain: plain plain False",
      ].sort(),
    );
  });

  test("several playbooks run one after the other, until one of them fails", async () => {
    const site = (task: string): string => `
- hosts: localhost
  gather_facts: false
  connection: local
  tasks:
    - ${task}
`;
    const folder = project({
      "a.yml": site(`{name: a, set_fact: {a: 1}}`),
      "b.yml": site(`{name: b, assert: {that: a == 2}}`),
      "c.yml": site(`{name: c, debug: {msg: x}}`),
    });
    const playbooks = ["a.yml", "b.yml", "c.yml"].map((name) => `${folder}/${name}`);
    const ran = await play(await inventory(), { folder }, { playbooks });
    assert.deepEqual(ran.lines, ["localhost a ok", "localhost b failed"]);
    assert.equal(ran.events.filter((event) => event.type === "playbook-end").length, 1);
    assert.equal(ran.exitCode, 2);
  });

  test("conditions see the number of attempts, and failed_when has the last word", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: never, command: "true", register: x, until: 1 == 0, retries: 2, delay: 0, failed_when: x.attempts > 6}
    - {name: second, command: "true", register: y, until: y.attempts == 2, retries: 3, delay: 0, changed_when: y.attempts == 2}
    - {name: told, debug: {msg: "{{ x.attempts }} {{ x is failed }} {{ y.attempts }} {{ y is changed }}"}}
    - {name: exhausted, command: "true", until: 1 == 0, retries: 1, delay: 0}
`,
    );
    assert.deepEqual(ran.lines, ["r1 never changed", "r1 second changed", "r1 told ok", "r1 exhausted failed"]);
    assert.equal(ran.results[2]!.result["msg"], "2 True 2 True");
  });

  test("handlers run whatever their tags", async () => {
    const folder = project({
      "more.yml": "- {name: included, debug: {msg: x}, tags: [other]}\n",
      "site.yml": `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: change, command: "true", notify: [plain, including], tags: [wanted]}
    - {name: left out, debug: {msg: x}, tags: [other]}
  handlers:
    - {name: plain, debug: {msg: x}, tags: [other]}
    - {name: including, include_tasks: more.yml, tags: [other]}
`,
    });
    const ran = await play(await inventory(), { folder }, { tags: ["wanted"] });
    assert.deepEqual(ran.lines, ["r1 change changed", "r1 plain ok", "r1 included ok"]);
    const skipping = await play(await inventory(), { folder }, { skipTags: ["other"] });
    assert.deepEqual(skipping.lines, ran.lines);
  });

  test("first_found looks beside the module's files only where it is the loop", async () => {
    const folder = project({
      "roles/a/meta/main.yml": "dependencies: [b]\n",
      "roles/a/vars/debian.yml": "x: a\n",
      "roles/b/vars/debian.yml": "x: b\n",
      "roles/b/templates/t.j2": "text",
      "roles/b/tasks/default.yml": "- debug: {msg: included}\n",
      "roles/b/tasks/main.yml": `
- include_tasks: "{{ lookup('first_found', files) }}"
  vars: {files: [debian.yml, default.yml]}
- include_vars: "{{ item }}"
  with_first_found: [nope.yml, debian.yml]
- template: {src: "{{ item }}", dest: /root/first-found}
  with_first_found: [t.j2]
- debug: {msg: "{{ x }} {{ lookup('first_found', ['t.j2', 'templates/t.j2']) | basename }} {{ lookup('first_found', ['t.j2'], skip=true, wantlist=true) }}"}
`,
      "site.yml": "- {hosts: r1, gather_facts: false, roles: [a]}\n",
    });
    const ran = await play(await inventory(), { folder });
    assert.deepEqual(
      ran.results.filter(({ task }) => task.action === "debug").map(({ result }) => result["msg"]),
      ["included", "b t.j2 []"],
    );
    assert.equal(ran.exitCode, 0);
  });

  test("a notified name that nobody has is an error, or a warning where the settings say so", async () => {
    const text = `
- hosts: r1
  gather_facts: false
  vars: {name: nobody}
  tasks:
    - {name: fixed, command: "true", notify: nobody}
    - {name: template, command: "true", notify: "{{ name }}"}
`;
    await assert.rejects(play(await inventory(), text), /no handler is called "nobody"/);
    const ran = await play(await inventory(), text, { errorOnMissingHandler: false });
    assert.deepEqual(ran.lines, ["r1 fixed changed", "r1 template changed"]);
    const warnings = ran.events.filter((event) => event.type === "warning").map(({ message }) => message);
    assert.deepEqual(new Set(warnings), new Set(['no handler is called "nobody", and none listens to it']));
  });

  test("handlers that a failure kept from running run with the next run of the same command", async () => {
    const folder = project({
      "site.yml": `
- name: lost
  hosts: r1
  gather_facts: false
  tasks:
    - {name: change, command: "true", changed_when: "{{ first }}", notify: handler}
    - {name: fails, fail: {msg: no}, when: first}
  handlers:
    - {name: handler, debug: {msg: x}}
`,
    });
    const pendingHandlersFile = `${folder}/pending.json`;
    const first = await play(await inventory(), { folder }, { pendingHandlersFile, extraVars: { first: true } });
    assert.deepEqual(first.lines, ["r1 change changed", "r1 fails failed"]);
    const second = await play(await inventory(), { folder }, { pendingHandlersFile, extraVars: { first: false } });
    assert.deepEqual(second.lines, ["r1 change ok", "r1 fails skipped", "r1 handler ok"]);
    const third = await play(await inventory(), { folder }, { pendingHandlersFile, extraVars: { first: false } });
    assert.deepEqual(third.lines, ["r1 change ok", "r1 fails skipped"]);
  });

  test("loops: items, labels, registered results, until", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  vars: {names: [a, b]}
  tasks:
    - name: loop
      command: echo {{ item }}
      loop: "{{ names }}"
      register: out
      changed_when: item == 'b'
    - {name: results, debug: {msg: "{{ out.results | map(attribute='stdout') | join(',') }} {{ out.changed }}"}}
    - name: until
      shell: echo x >> /tmp/count; wc -l < /tmp/count
      register: count
      until: count.stdout | int >= 3
      retries: 5
      delay: 0
    - {name: attempts, debug: {msg: "{{ count.attempts }}"}}
    - {name: nested, debug: {msg: "{{ item.0 }}{{ item.1 }}"}, with_nested: [[1, 2], [3]]}
`,
    );
    assert.equal(ran.exitCode, 0);
    assert.deepEqual(
      ran.results.filter((outcome) => outcome.task.action === "debug" && outcome.task.name !== "nested").map((outcome) => outcome.result["msg"]),
      ["a,b True", 3],
    );
    const items = ran.events.filter((event) => event.type === "item").map((event) => `${event.task.name} ${String(event.result["msg"] ?? event.status)}`);
    assert.deepEqual(items.slice(-2), ["nested 13", "nested 23"]);
  });

  test("run_once, delegate_to, serial, tags", async () => {
    const text = `
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - {name: delegated, command: hostname, delegate_to: r1, register: who, changed_when: false, tags: a}
    - {name: says, debug: {msg: "{{ inventory_hostname }} asked {{ who.stdout }}"}, tags: a}
    - {name: untagged, debug: {msg: x}}
    - {name: forever, debug: {msg: x}, tags: never}
- hosts: all
  gather_facts: false
  tasks:
    - {name: once, command: hostname, run_once: true, register: one, changed_when: false, tags: b}
    - {name: all know, debug: {msg: "{{ one.stdout }}"}, tags: b}
`;
    const ran = await play(await inventory(), text, { tags: ["a", "b"] });
    assert.deepEqual(
      ran.results.filter((outcome) => outcome.task.action === "debug").map((outcome) => outcome.result["msg"]),
      ["r1 asked r1", "r2 asked r1", "r1", "r1"],
    );
    const skipped = await play(await inventory(), text, { skipTags: ["a", "b"] });
    assert.deepEqual(skipped.lines, ["r1 untagged ok", "r2 untagged ok"]);
  });

  test("roles: defaults, vars, templates of both kinds, dependencies, handlers, arguments", async () => {
    const folder = project({
      "site.yml": `
- hosts: r1
  gather_facts: false
  roles:
    - {role: app, app_port: 81}
`,
      "roles/app/defaults/main.yml": "app_port: 80\napp_name: demo\n",
      "roles/app/vars/main.yml": "app_dir: /srv/app\n",
      "roles/app/meta/main.yml": "dependencies: [base]\n",
      "roles/app/meta/argument_specs.yml": "argument_specs: {main: {options: {app_port: {type: int, required: true}}}}\n",
      "roles/app/tasks/main.yml": `
- {name: jinja, template: {src: a.j2, dest: "{{ app_dir }}/a", mode: "0640"}, notify: reload}
- {name: handlebars, template: {src: b.hbs, dest: "{{ app_dir }}/b"}}
- {name: read, slurp: {src: "{{ app_dir }}/{{ item }}"}, loop: [a, b], register: read}
- {name: show, debug: {msg: "{{ read.results | map(attribute='content') | map('b64decode') | join }}"}}
`,
      "roles/app/handlers/main.yml": "- {name: reload, debug: {msg: reloaded}}\n",
      "roles/app/templates/a.j2": "{% for i in [1, 2] %}\n{{ app_name }}:{{ app_port }}/{{ i }}\n{% endfor %}\n",
      "roles/app/templates/b.hbs": "{{#if app_port}}{{upper app_name}}{{/if}}\n",
      "roles/base/tasks/main.yml": "- {name: folder, file: {path: /srv/app, state: directory}}\n",
    });
    const ran = await play(await inventory(), { folder });
    assert.equal(ran.results.find((outcome) => outcome.task.name === "app : show")?.result["msg"], "demo:81/1\ndemo:81/2\nDEMO\n");
    assert.equal(ran.lines.at(-1), "r1 app : reload ok");
    const again = await play(await inventory(), { folder });
    assert.equal(again.stats["r1"]!.changed, 0);
  });

  test("what is included is loaded when its turn comes", async () => {
    const folder = project({
      "site.yml": `
- hosts: all
  gather_facts: false
  tasks:
    - {include_tasks: "{{ inventory_hostname }}.yml", vars: {from: play}}
    - {include_tasks: more.yml, loop: [1, 2]}
`,
      "r1.yml": `- {name: one, debug: {msg: "one {{ from }}"}}\n`,
      "r2.yml": `- {name: two, debug: {msg: "two {{ from }}"}}\n`,
      "more.yml": `- {name: more, debug: {msg: "{{ item }}"}}\n`,
    });
    const ran = await play(await inventory(), { folder });
    const messages = ran.results.map((outcome) => `${outcome.host} ${String(outcome.result["msg"])}`);
    assert.deepEqual([...messages].sort(), ["r1 1", "r1 2", "r1 one play", "r2 1", "r2 2", "r2 two play"]);
  });
});

describe("what is waited for", { skip: shared.skip }, () => {
  test("every attempt of until looks anew, and so does what comes after it", async () => {
    const ran = await play(
      await inventory(),
      `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: begins, shell: "(sleep 1; touch /tmp/come) >/dev/null 2>&1 &", changed_when: false}
    - {name: looks ahead, stat: {path: /etc}}
    - {name: waits, stat: {path: /tmp/come}, register: come, until: come.stat.exists, retries: 10, delay: 0.3}
    - {name: sees, stat: {path: /tmp/come}}
`,
    );
    assert.deepEqual(ran.lines, ["r1 begins ok", "r1 looks ahead ok", "r1 waits ok", "r1 sees ok"]);
    assert.equal((ran.results[3]!.result["stat"] as Record<string, unknown>)["exists"], true);
  });
});

describe("check mode", { skip: shared.skip }, () => {
  const text = `
- hosts: r1
  gather_facts: false
  tasks:
    - {name: folder, file: {path: /srv/check, state: directory}}
    - {name: file, copy: {dest: /srv/check/file, content: "x\\n", mode: "0600"}}
    - {name: line, lineinfile: {path: /srv/check/lines, line: y, create: true}}
    - {name: there, stat: {path: /etc/hostname}, register: there}
    - {name: command, command: touch /srv/check/made, args: {creates: /srv/check/made}}
    - {name: assertion, assert: {that: there.stat.exists}}
`;

  test("announces what apply then does, and changes nothing", async () => {
    const lab = await shared.lab();
    const before = await lab.host("r1").digest();
    const check = await play(lab.inventory, text, { check: true, diff: true });
    assert.equal(await lab.host("r1").digest(), before);
    assert.equal(check.exitCode, 0);
    const apply = await play(lab.inventory, text);
    const changed = (lines: readonly string[]): string[] => lines.filter((line) => line.endsWith(" changed"));
    assert.deepEqual(changed(check.lines), changed(apply.lines));
    const again = await play(lab.inventory, text);
    assert.deepEqual(changed(again.lines), []);
  });
});

describe("check mode behind what it cannot know", { skip: shared.skip }, () => {
  // each stands on the command's output, which check mode does not have, by another way
  const folder = project({
    "site.yml": `
- hosts: r1
  gather_facts: false
  vars: { through_a_variable: "{{ asked.stdout }}" }
  tasks:
    - {name: asked, command: hostname, register: asked}
    - {name: by name, assert: {that: asked.stdout == 'r1'}}
    - {name: by a variable, assert: {that: through_a_variable == 'r1'}}
    - {name: fact, set_fact: {kept: "{{ through_a_variable }}"}}
    - {name: by a fact, assert: {that: kept == 'r1'}}
    - {name: by a template, copy: {dest: /srv/law, content: "{{ through_a_variable.splitlines()[0] }}"}}
    - {name: not at all, assert: {that: inventory_hostname == 'r2', quiet: true}, ignore_errors: true}
- hosts: r1
  gather_facts: false
  tasks:
    - {name: in the next play, assert: {that: asked.stdout == 'r1'}}
`,
  });

  test("nothing is claimed to fail, and what is sure still fails", async () => {
    const check = await play(await inventory(), { folder }, { check: true });
    assert.equal(check.exitCode, 0);
    assert.deepEqual(
      check.results.filter(({ assumed }) => assumed).map(({ task }) => task.name),
      ["asked", "by name", "by a variable", "fact", "by a fact", "by a template", "in the next play"],
    );
    assert.ok(check.lines.includes("r1 not at all failed"));
    const apply = await play(await inventory(), { folder });
    assert.equal(apply.results.filter(({ status }) => status === "failed").length, 1);
  });
});

describe("a host in trouble", { skip: shared.skip }, () => {
  test("a killed host fails alone, with a cause; the other goes on", async () => {
    const lab = await shared.lab();
    const host = await lab.addHost("r3");
    const running = play(
      lab.inventory,
      `
- hosts: r2,r3
  gather_facts: false
  tasks:
    - {name: long, command: "sleep {{ (inventory_hostname == 'r3') | ternary(4320, 0) }}"}
    - {name: after, debug: {msg: x}}
`,
    );
    await host.exec("until pgrep -f '^sleep 432[0]' >/dev/null; do sleep 0.1; done");
    await host.kill();
    const ran = await running;
    assert.equal(ran.exitCode, 4);
    assert.deepEqual([...ran.lines].sort(), ["r2 after ok", "r2 long changed", "r3 long unreachable"]);
    const failure = ran.results.find((outcome) => outcome.host === "r3")?.failure;
    assert.match(failure?.message ?? "", /r3/);
  });

  test("an interrupt ends what runs on the host", async () => {
    const lab = await shared.lab();
    const controller = new AbortController();
    const running = play(lab.inventory, "- hosts: r1\n  gather_facts: false\n  tasks:\n    - {name: long, command: sleep 4321}\n", {
      signal: controller.signal,
    });
    await lab.host("r1").exec("until pgrep -f '^sleep 432[1]' >/dev/null; do sleep 0.1; done");
    controller.abort();
    const ran = await running;
    assert.equal(ran.exitCode, 99);
    const left = await lab.host("r1").exec("pgrep -f '^sleep 4321' || true");
    assert.equal(left.stdout.trim(), "");
  });
});
