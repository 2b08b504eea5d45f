import type { Try } from "./support.ts";

const show = (x: string): object => ({ include_tasks: "show.yml", vars: { x } });
const then = (host: string, ...tasks: object[]): object => ({ hosts: host, gather_facts: false, tasks });

/** The ways on which text of a host has been seen to come back to where something is evaluated. */
export function ways(host: string): Try[] {
  const said = `hostvars['${host}'].r.stdout`;
  const named: Readonly<Record<string, Omit<Try, "name">>> = {
    "an include's variables": { tasks: [show("{{ r.stdout }}"), show("{{ rb.stdout }}"), { include_tasks: "deeper.yml", vars: { y: "{{ r.stdout }}" } }] },
    "an include's loop": { tasks: [{ include_tasks: "show.yml", loop: "{{ r.stdout_lines + rb.stdout_lines }}", loop_control: { loop_var: "x" } }] },
    "an include's name": { tasks: [{ include_tasks: "{{ r.stdout }}" }, { include_role: { name: "{{ r.stdout }}" } }, { include_vars: "{{ r.stdout }}" }] },
    "a role's variables": {
      tasks: [
        { include_role: { name: "show" }, vars: { x: "{{ r.stdout }}" } },
        { import_role: { name: "show" }, vars: { x: "{{ r.stdout }}" } },
      ],
    },
    "a role's parameters": { plays: [{ hosts: host, gather_facts: false, roles: [{ role: "show", x: `{{ ${said} }}` }] }] },
    "a fact that is set, and set from": {
      tasks: [
        { set_fact: { a: "{{ r.stdout }}" } },
        { set_fact: { b: "pre {{ a }}", c: { d: ["{{ a }}"] } } },
        { debug: { msg: "{{ b }} {{ c }} {{ c.d[0] ~ b }}" } },
        show("{{ c }}"),
      ],
    },
    "a name that is a template": {
      tasks: [{ set_fact: { "{{ r.stdout }}": 1 } }, { set_fact: { "k{{ 1 }}": "{{ r.stdout }}" } }, show("{{ k1 | default('') }}")],
    },
    "a new host": {
      tasks: [{ add_host: { name: "n1", groups: "fresh", x: "{{ r.stdout }}", ansible_connection: "local" } }, { debug: { msg: "{{ hostvars['n1'].x }}" } }],
      plays: [then("fresh", { debug: { msg: "{{ x }}" } }, show("{{ x }}"))],
    },
    "a new host's name, a new group's": {
      tasks: [
        { add_host: { name: "{{ r.stdout }}", ansible_connection: "local" } },
        { group_by: { key: "k_{{ r.stdout }}" } },
        { debug: { msg: "{{ groups }} {{ group_names }}" } },
      ],
      plays: [then(`all:!${host}`, { debug: { msg: "{{ inventory_hostname }} {{ hostvars }}" } })],
    },
    "another host's eyes": {
      plays: [{ hosts: host, gather_facts: false, vars: { x: `{{ ${said} }}` }, tasks: [{ debug: { msg: "{{ x }}" } }, show("{{ x }}")] }],
    },
    "the whole of hostvars and vars": {
      tasks: [{ debug: { msg: "{{ hostvars | to_json }}" } }, show(`{{ hostvars['${host}'] }}`), show("{{ vars }}"), { debug: { var: "vars.r.stdout" } }],
    },
    facts: {
      tasks: [
        { setup: {} },
        show("{{ ansible_local }}"),
        show("{{ ansible_facts.env | default({}) }}"),
        show("{{ ansible_facts }}"),
        { debug: { msg: "{{ ansible_connection }} {{ ansible_facts }}" } },
      ],
      plays: [then(host, { debug: { msg: "{{ ansible_local.said.x }}" } }, { debug: { msg: "x" }, when: "{{ ansible_local.said.x }}", ignore_errors: true })],
    },
    "users of the host": {
      tasks: [
        { getent: { database: "passwd" } },
        show("{{ ansible_facts.getent_passwd }}"),
        { user: { name: "said" }, check_mode: true, register: "q" },
        show("{{ q }}"),
      ],
    },
    "names of files": {
      tasks: [
        { find: { paths: "/root/names" }, register: "f" },
        show("{{ f.files }}"),
        { include_tasks: "show.yml", vars: { x: "{{ item.path | basename }}" }, loop: "{{ f.files }}" },
        { stat: { path: "{{ f.files[0].path }}" }, register: "s" },
        show("{{ s }}"),
      ],
    },
    "a file's content": {
      tasks: [
        { slurp: { src: "/root/template" }, register: "s" },
        show("{{ s.content | b64decode }}"),
        { fetch: { src: "/root/template", dest: "fetched" }, register: "f" },
        show("{{ lookup('file', f.dest) }}"),
      ],
    },
    "what was rendered and read back": {
      tasks: [
        { template: { src: "show.j2", dest: "/root/shown" }, vars: { x: "{{ r.stdout }}" } },
        { copy: { content: "{{ r.stdout }}", dest: "/root/copied" } },
        { command: "cat /root/shown /root/copied", register: "q" },
        show("{{ q.stdout }}"),
        { debug: { msg: "{{ lookup('template', 'show.j2', template_vars={'x': r.stdout}) }}" } },
      ],
    },
    "conditions that are templates": {
      tasks: ["when", "changed_when", "failed_when", "until"].flatMap((keyword) =>
        ["{{ rb.stdout }}", "{{ r.stdout }}", ["{{ rb.stdout }}"], "{{ [rb.stdout] | first }}"].map((value) => ({
          command: "true",
          register: "q",
          retries: 1,
          delay: 0,
          [keyword]: value,
          ignore_errors: true,
        })),
      ),
    },
    assertions: {
      tasks: [
        { assert: { that: "{{ rb.stdout }}" } },
        { assert: { that: ["{{ rb.stdout }}"] } },
        { assert: { that: "{{ [rb.stdout] }}" } },
        { assert: "{{ {'that': rb.stdout} }}" },
        { assert: {}, args: "{{ {'that': [rb.stdout]} }}" },
        { assert: { that: false, fail_msg: "{{ r.stdout }}" } },
        { fail: { msg: "{{ r.stdout }}" } },
        { debug: { var: "{{ rb.stdout }}" } },
        { debug: "{{ {'var': rb.stdout} }}" },
      ],
    },
    "a rescue's knowledge": {
      tasks: [{ block: [{ command: "sh -c 'cat /root/template; false'" }], rescue: [show("{{ ansible_failed_result }}"), show("{{ ansible_failed_task }}")] }],
    },
    "a job's answer": {
      tasks: [
        { command: "cat /root/template", async: 10, poll: 1, register: "q" },
        show("{{ q }}"),
        { command: "cat /root/expression", async: 10, poll: 0, register: "j" },
        { async_status: { jid: "{{ j.ansible_job_id }}" }, register: "q", until: "q is finished", retries: 5, delay: 1 },
        show("{{ q.stdout }}"),
      ],
    },
    loops: {
      tasks: [
        "loop",
        "with_items",
        "with_list",
        "with_flattened",
        "with_indexed_items",
        "with_dict",
        "with_nested",
        "with_together",
        "with_fileglob",
        "with_file",
        "with_lines",
        "with_sequence",
        "with_first_found",
        "with_subelements",
        "with_random_choice",
      ].flatMap((loop) =>
        ["{{ r.stdout }}", "{{ r.stdout_lines + rb.stdout_lines }}", "{{ {'a': r.stdout} }}", ["{{ r.stdout }}"], [["{{ r.stdout }}"], [1]]]
          // these run their terms: that is what they are for
          .filter(() => loop !== "with_lines")
          .map((value) => ({ include_tasks: "show.yml", vars: { x: "{{ item }}" }, [loop]: value })),
      ),
    },
    delegation: {
      tasks: [
        { set_fact: { z: "{{ r.stdout }}" }, delegate_to: "localhost", delegate_facts: true },
        show("{{ hostvars['localhost'].z | default('') }}"),
        { command: "true", delegate_to: "{{ r.stdout }}" },
      ],
    },
    statistics: { tasks: [{ set_stats: { data: { x: "{{ r.stdout }}", "{{ r.stdout }}": 1 } } }] },
    "a handler's name and text": {
      handlers: [
        { name: "h", debug: { msg: "{{ lazy }}" } },
        { name: "h {{ r.stdout }}", debug: { msg: "x" } },
      ],
      tasks: [
        { command: "true", notify: ["h", "{{ r.stdout }}", "h {{ r.stdout }}"], vars: { lazy: "{{ r.stdout }}" } },
        { meta: "flush_handlers" },
        { meta: "{{ r.stdout }}" },
      ],
    },
    "files of variables": {
      plays: [{ hosts: host, gather_facts: false, vars_files: ["{{ r.stdout }}", ["{{ r.stdout }}", `{{ ${said} }}`]], tasks: [{ debug: { msg: "x" } }] }],
    },
    "arguments as a whole": {
      tasks: [
        { command: "true", args: "{{ {'chdir': r.stdout} }}" },
        { command: "{{ r.stdout }}" },
        { action: "{{ r.stdout }}" },
        { action: "debug msg={{ r.stdout }}" },
        { debug: "msg={{ r.stdout }}" },
      ],
    },
    environment: { tasks: [{ command: "env", environment: { X: "{{ r.stdout }}" }, register: "q" }, show("{{ q.stdout }}")] },
  };
  return Object.entries(named).map(([name, given]) => ({ name, ...given }));
}
