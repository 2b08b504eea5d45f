/** What a keyword's value must be. Templates are always allowed where the type is not marked literal. */
export type KeywordType =
  | "any"
  | "boolean"
  | "integer"
  | "number"
  | "percent"
  | "string"
  | "debugger"
  | "list"
  | "strings"
  | "mapping"
  | "vars"
  | "environment"
  | "defaults"
  | "conditions"
  | "tasks";

export type KeywordTable = Readonly<Record<string, KeywordType>>;

/** Keywords that tasks, blocks, roles and plays hand down: the nearest one counts. */
export const inheritedKeywords = {
  any_errors_fatal: "boolean",
  become: "boolean",
  become_exe: "string",
  become_flags: "string",
  become_method: "string",
  become_user: "string",
  check_mode: "boolean",
  connection: "string",
  debugger: "debugger",
  diff: "boolean",
  ignore_errors: "boolean",
  ignore_unreachable: "boolean",
  no_log: "boolean",
  port: "integer",
  remote_user: "string",
  run_once: "boolean",
  throttle: "integer",
  timeout: "integer",
} as const satisfies KeywordTable;

const base: KeywordTable = {
  ...inheritedKeywords,
  environment: "environment",
  module_defaults: "defaults",
  name: "string",
  tags: "strings",
  vars: "vars",
  collections: "strings",
};

const delegation: KeywordTable = { delegate_to: "string", delegate_facts: "boolean" };

export const playKeywords: KeywordTable = {
  ...base,
  hosts: "any",
  gather_facts: "boolean",
  gather_subset: "list",
  gather_timeout: "integer",
  fact_path: "string",
  vars_files: "any",
  vars_prompt: "any",
  roles: "list",
  handlers: "tasks",
  pre_tasks: "tasks",
  tasks: "tasks",
  post_tasks: "tasks",
  force_handlers: "boolean",
  max_fail_percentage: "percent",
  serial: "any",
  strategy: "string",
  order: "string",
  validate_argspec: "any",
  user: "string",
};

export const blockKeywords: KeywordTable = {
  ...base,
  ...delegation,
  block: "tasks",
  rescue: "tasks",
  always: "tasks",
  when: "conditions",
  notify: "strings",
};

export const taskKeywords: KeywordTable = {
  ...base,
  ...delegation,
  action: "any",
  local_action: "any",
  args: "any",
  async: "integer",
  poll: "integer",
  changed_when: "conditions",
  failed_when: "conditions",
  until: "conditions",
  retries: "integer",
  delay: "number",
  loop: "any",
  loop_control: "mapping",
  register: "any",
  notify: "strings",
  when: "conditions",
};

export const handlerKeywords: KeywordTable = { ...taskKeywords, listen: "strings" };

/** Of a role's entry; every other key is a parameter of the role. */
export const roleKeywords: KeywordTable = { ...base, ...delegation, role: "string", when: "conditions" };

export const importPlaybookKeywords: KeywordTable = { ...base, when: "conditions" };

export const loopControlKeywords: KeywordTable = {
  loop_var: "string",
  index_var: "string",
  label: "any",
  pause: "number",
  extended: "boolean",
  extended_allitems: "boolean",
  break_when: "conditions",
};

export const promptKeys = ["name", "prompt", "default", "private", "confirm", "encrypt", "salt_size", "salt", "unsafe"] as const;

/** What may stand beside include_tasks and include_role; import_* take what tasks take. */
export const includeKeywords: ReadonlySet<string> = new Set([
  "action",
  "local_action",
  "args",
  "collections",
  "debugger",
  "ignore_errors",
  "loop",
  "loop_control",
  "name",
  "no_log",
  "register",
  "run_once",
  "tags",
  "timeout",
  "vars",
  "when",
]);
