/** What an action is to the engine, where it is more than a module among others. */
export interface SpecialAction {
  /** It brings in a file of tasks, or a role: while playbooks are read, or when its turn comes. */
  readonly brings?: "tasks" | "role";
  readonly at?: "load" | "run";
  /** `meta`: it acts on the run itself. */
  readonly isMeta?: true;
  /** Its text has no keys: it is a command line, or a text of the module's own kind. */
  readonly text?: "command" | "own";
  /** One template may be all of its arguments (`set_fact: "{{ values }}"`). */
  readonly mayBeOneTemplate?: true;
  /** What comes after it cannot be known before it has run: nothing behind it is asked ahead of it. */
  readonly hidesWhatFollows?: true;
}

const SPECIAL: Readonly<Record<string, SpecialAction>> = {
  import_tasks: { brings: "tasks", at: "load", text: "own" },
  import_role: { brings: "role", at: "load", text: "own" },
  include_tasks: { brings: "tasks", at: "run", text: "own", hidesWhatFollows: true },
  include_role: { brings: "role", at: "run", text: "own", hidesWhatFollows: true },
  meta: { isMeta: true, text: "own" },
  pause: { hidesWhatFollows: true },
  include_vars: { text: "own" },
  set_fact: { text: "own", mayBeOneTemplate: true },
  add_host: { text: "own", mayBeOneTemplate: true },
  group_by: { text: "own", mayBeOneTemplate: true },
  command: { text: "command" },
  shell: { text: "command" },
  raw: { text: "command" },
  script: { text: "command" },
  expect: { text: "command" },
  win_command: { text: "command" },
  win_shell: { text: "command" },
};

const NOTHING_SPECIAL: SpecialAction = {};

/** @param action canonical name: `copy`, `include_tasks` */
export function specialAction(action: string): SpecialAction {
  return Object.hasOwn(SPECIAL, action) ? SPECIAL[action]! : NOTHING_SPECIAL;
}

export function isMeta({ action }: { readonly action: string }): boolean {
  return specialAction(action).isMeta === true;
}

/** include_tasks and include_role: what they bring is known when their turn comes. */
export function isInclude({ action }: { readonly action: string }): boolean {
  return specialAction(action).at === "run";
}
